import { UsageFailure } from "../usage-failure.ts";
import type { Draft, Network } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { type Property, readProperties } from "./property-list.ts";

const kinds = ["none", "loopback"] as const;

/** Networks of QEMU that reach beyond the machine. */
const absentKinds: Readonly<Record<string, string>> = {
  user: "there is no user-mode network stack",
  tap: "the machine does not reach the host's network",
  bridge: "the machine does not reach the host's network",
  socket: "the machine does not reach the host's network",
  stream: "the machine does not reach the host's network",
  dgram: "the machine does not reach the host's network",
  hubport: "there is one machine in this process",
};

const properties: readonly Property<Network>[] = [
  {
    name: "id",
    value: "ID",
    set: (network, value) => {
      network.id = value;
    },
  },
];

/** `-netdev none|loopback,id=ID`. */
export function readNetdev(draft: Draft, text: string): void {
  const [word = ""] = text.split(",", 1);
  const name = word.replace(/^type=/, "");
  const why = absentKinds[name];
  if (why !== undefined) {
    throw new UsageFailure(
      "netdev-unsupported",
      `-netdev ${name} is not supported: ${why}`,
      `write -netdev none,id=ID for a card whose cable leads nowhere, or loopback`,
    );
  }
  const network: Network = { kind: parseChoice("network", kinds, name), id: undefined };
  const rest = text.slice(word.length + 1);
  if (rest !== "") readProperties("-netdev", rest, properties, network);
  if (network.id === undefined || draft.networks.some(({ id }) => id === network.id)) {
    throw new UsageFailure(
      "netdev-id",
      network.id === undefined ? "a network needs an id" : `there are two networks '${network.id}'`,
      "give each network an id of its own, and use it with -device virtio-net-device,netdev=ID",
    );
  }
  draft.networks.push(network);
}
