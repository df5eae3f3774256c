import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import { UsageFailure } from "../usage-failure.ts";
import { readDatagrams } from "./datagram-network.ts";
import type { Draft } from "./draft.ts";
import { readHubPort } from "./hub-network.ts";
import { parseChoice } from "./parse-choice.ts";
import { type Property, readProperties } from "./property-list.ts";
import { readSocket } from "./socket-network.ts";
import { readStream } from "./stream-network.ts";
import { readUser } from "./user-network.ts";

const kinds = ["user", "socket", "stream", "dgram", "hubport", "loopback", "none"] as const;

/** Networks of QEMU that need rights or programs of the host. */
const absentKinds: readonly (readonly [name: RegExp, why: string])[] = [
  [/^(tap|bridge|vmnet-.*)$/, "it needs rights that this program does not ask for"],
  [/^(l2tpv3|vde|netmap|af-xdp|vhost-user|vhost-vdpa)$/, "there is no such back end"],
];

const plainProperties: readonly Property<object>[] = [{ name: "id", value: "ID", set: () => {} }];

/** `-netdev KIND,id=ID,…`. */
export function readNetdev(draft: Draft, text: string): void {
  const [word = ""] = text.split(",", 1);
  const name = word.replace(/^type=/, "");
  if (name === "help" || name === "?") {
    draft.information = `Available netdev backend types:\n${kinds.join("\n")}\n`;
    return;
  }
  const why = absentKinds.find(([pattern]) => pattern.test(name))?.[1];
  if (why !== undefined) {
    throw new UsageFailure(
      "netdev-unsupported",
      `-netdev ${name} is not supported: ${why}`,
      "write -netdev user,id=ID for the host's network, or socket for other machines",
    );
  }
  const rest = text.slice(word.length + 1);
  const id = idOf(draft, rest);
  draft.networks.push({ id, end: endOf(parseChoice("network", kinds, name), rest) });
}

function endOf(kind: (typeof kinds)[number], rest: string): NetworkEnd {
  switch (kind) {
    case "none":
    case "loopback":
      readProperties(`-netdev ${kind}`, rest, plainProperties, {});
      return { kind };
    case "user":
      return readUser(rest);
    case "socket":
      return readSocket(rest);
    case "stream":
      return readStream(rest);
    case "dgram":
      return readDatagrams(rest);
    case "hubport":
      return readHubPort(rest);
  }
}

/** Every kind has an `id`; it is wanted before all else. */
function idOf({ networks }: Draft, rest: string): string {
  const id = /(?:^|,)id=([^,]+)/.exec(rest)?.[1];
  if (id === undefined || networks.some((other) => other.id === id)) {
    throw new UsageFailure(
      "netdev-id",
      id === undefined ? "a network needs an id" : `there are two networks '${id}'`,
      "give each network an id of its own, and use it with -device virtio-net-device,netdev=ID",
    );
  }
  return id;
}
