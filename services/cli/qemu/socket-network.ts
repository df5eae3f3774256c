import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import { UsageFailure } from "../usage-failure.ts";
import { parseHostPort } from "./parse-host-port.ts";
import { type Property, readProperties } from "./property-list.ts";
import { textProperty } from "./text-property.ts";

const ways = ["listen", "connect", "mcast", "udp"] as const;

const properties: readonly Property<Map<string, string>>[] = [
  textProperty("id", "ID"),
  ...ways.map((way) => textProperty(way, "[HOST]:PORT")),
  textProperty("localaddr", "ADDRESS"),
];

/** `-netdev socket,listen=|connect=|mcast=|udp=`: another QEMU or another of us. */
export function readSocket(text: string): NetworkEnd {
  const texts = new Map<string, string>();
  readProperties("-netdev socket", text, properties, texts);
  const chosen = ways.filter((way) => texts.has(way));
  const [way] = chosen;
  if (way === undefined || chosen.length > 1) {
    throw new UsageFailure(
      "socket-ways",
      way === undefined ? "there is nowhere to go" : `${chosen.join(" and ")} exclude each other`,
      "write one of listen=:PORT, connect=HOST:PORT, mcast=GROUP:PORT and udp=HOST:PORT",
    );
  }
  const place = parseHostPort(way, texts.get(way) ?? "");
  const local = texts.get("localaddr");
  switch (way) {
    case "listen":
    case "connect":
      if (local !== undefined) throw localUnused();
      return { kind: "stream", address: { kind: "tcp", ...place }, listens: way === "listen" };
    case "mcast":
      return {
        kind: "datagrams",
        remote: place,
        local: local === undefined ? undefined : { host: local, port: 0 },
      };
    case "udp":
      if (local === undefined) {
        throw new UsageFailure(
          "localaddr-missing",
          "with udp= the far end has to know where we are",
          "add localaddr=HOST:PORT",
        );
      }
      return { kind: "datagrams", remote: place, local: parseHostPort("localaddr", local) };
  }
}

function localUnused(): UsageFailure {
  return new UsageFailure(
    "localaddr-unused",
    "localaddr= is for mcast= and udp=",
    "leave localaddr= out",
  );
}
