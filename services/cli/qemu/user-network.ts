import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import type { PortForward } from "../../../workers/host/network/user-network-options.ts";
import { UsageFailure } from "../usage-failure.ts";
import { formatIpv4, parseIpv4, parseIpv4Network } from "./ipv4.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { fixedProperty, type Property, readProperties, refusedProperty } from "./property-list.ts";

/** What the words have said so far. Addresses are numbers of 32 bits. */
interface UserDraft {
  network: { readonly address: number; readonly prefix: number };
  host: number | undefined;
  guest: number | undefined;
  nameServer: number | undefined;
  hasIpv6: boolean;
  isRestricted: boolean;
  readonly searchDomains: string[];
  readonly forwards: string[];
}

/** QEMU's network, and where in a network the parties are. */
const defaultNetwork = { address: 0x0a00_0200, prefix: 24 };
const places = { host: 2, nameServer: 3, guest: 15 } as const;
const insteadOfServices =
  "leave it out; files reach the guest through a program at hostfwd=, or on a disk";

const properties: readonly Property<UserDraft>[] = [
  { name: "id", value: "ID", set: () => {} },
  {
    name: "net",
    value: "ADDRESS[/BITS]",
    set: (user, value) => {
      user.network = parseIpv4Network("net", value);
    },
  },
  address("host", "host"),
  address("dhcpstart", "guest"),
  address("dns", "nameServer"),
  {
    name: "restrict",
    value: "on|off",
    set: (user, value) => {
      user.isRestricted = parseBoolean(value);
    },
  },
  {
    name: "ipv6",
    value: "on|off",
    set: (user, value) => {
      user.hasIpv6 = parseBoolean(value);
    },
  },
  {
    name: "hostfwd",
    value: "[tcp|udp]:[HOST]:PORT-[GUEST]:PORT",
    set: (user, value) => {
      user.forwards.push(value);
    },
  },
  {
    name: "dnssearch",
    value: "DOMAIN",
    set: (user, value) => {
      user.searchDomains.push(value);
    },
  },
  fixedProperty("ipv4", ["on"], "the guest has IPv4"),
  ...["guestfwd", "tftp", "bootfile", "smb", "smbserver", "hostname", "domainname"].map((name) =>
    refusedProperty<UserDraft>(name, "passt has no such service", insteadOfServices),
  ),
];

/** `-netdev user,…`: the host's network without privileges. */
export function readUser(text: string): NetworkEnd {
  const user: UserDraft = {
    network: defaultNetwork,
    host: undefined,
    guest: undefined,
    nameServer: undefined,
    hasIpv6: false,
    isRestricted: false,
    searchDomains: [],
    forwards: [],
  };
  readProperties("-netdev user", text, properties, user);
  const at = (place: keyof typeof places) => user[place] ?? user.network.address + places[place];
  const guest = formatIpv4(at("guest"));
  const { hasIpv6, isRestricted, searchDomains } = user;
  return {
    kind: "user",
    options: {
      guest,
      prefix: user.network.prefix,
      router: formatIpv4(at("host")),
      nameServer: formatIpv4(at("nameServer")),
      forwards: user.forwards.map((words) => parseForward(words, guest)),
      ...{ hasIpv6, isRestricted, searchDomains },
    },
  };
}

function address(name: string, place: keyof typeof places): Property<UserDraft> {
  return {
    name,
    value: "ADDRESS",
    set: (user, value) => {
      user[place] = parseIpv4(name, value);
    },
  };
}

function parseForward(words: string, guest: string): PortForward {
  const [, kind = "tcp", host = "", hostPort, target = "", guestPort] =
    /^(tcp|udp)?:([\d.]*):(\d{1,5})-([\d.]*):(\d{1,5})$/.exec(words) ?? [];
  const ports = [Number(hostPort), Number(guestPort)] as const;
  if (hostPort === undefined || !ports.every((port) => port >= 1 && port <= 65_535)) {
    throw new UsageFailure(
      "hostfwd-malformed",
      `hostfwd=${words} is not a way into the guest`,
      "write hostfwd=tcp:127.0.0.1:2222-:22 and connect to port 2222 of this host",
    );
  }
  if (host !== "") parseIpv4("hostfwd", host);
  if (target !== "" && target !== guest) {
    throw new UsageFailure(
      "hostfwd-target",
      `hostfwd=${words}: the guest's address is ${guest}, not ${target}`,
      "leave the guest's address out, or set it with dhcpstart=",
    );
  }
  return {
    protocol: kind === "udp" ? "udp" : "tcp",
    hostAddress: host === "" ? undefined : host,
    hostPort: ports[0],
    guestPort: ports[1],
  };
}
