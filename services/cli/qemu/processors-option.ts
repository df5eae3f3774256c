import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { type Property, readProperties } from "./property-list.ts";

const most = 8;

const parts = ["sockets", "clusters", "cores", "threads"] as const;

/** The numbers of one `-smp`, as far as they are said. */
type Topology = { [Name in "cpus" | "maxcpus" | (typeof parts)[number]]?: number };

const properties: readonly Property<Topology>[] = [
  {
    name: "cpus",
    value: "N",
    set: (topology, value) => {
      topology.cpus = positive("cpus", value);
    },
  },
  {
    name: "maxcpus",
    value: "N",
    set: (topology, value) => {
      topology.maxcpus = positive("maxcpus", value);
    },
  },
  ...parts.map(
    (name): Property<Topology> => ({
      name,
      value: "N",
      set: (topology, value) => {
        topology[name] = positive(name, value);
      },
    }),
  ),
];

/** `-smp N`, `-smp cpus=N,cores=…`: 1 to 8 harts. */
export function readProcessors(draft: Draft, text: string): void {
  const topology: Topology = {};
  readProperties("-smp", text, properties, topology, "cpus");
  const all = wholeOf(topology);
  const product = parts.reduce((harts, name) => harts * all[name], 1);
  const harts = topology.cpus ?? topology.maxcpus ?? product;
  if (harts > most) {
    throw new UsageFailure(
      "harts-unsupported",
      `${harts} harts (CPUs) are more than the machine can have`,
      `write -smp ${most} or less`,
    );
  }
  const possible = topology.maxcpus ?? harts;
  if (product !== possible || harts > possible) {
    throw new UsageFailure(
      "harts-contradictory",
      `sockets, clusters, cores and threads make ${product} harts, not ${Math.max(harts, possible)}`,
      `write -smp ${harts}`,
    );
  }
  draft.harts = harts;
}

/** What is not said, as QEMU fills it in since 6.2: cores before sockets, threads last. */
function wholeOf(topology: Topology): Readonly<Record<(typeof parts)[number], number>> {
  const { sockets = 1, clusters = 1, threads = 1 } = topology;
  const harts = topology.maxcpus ?? topology.cpus;
  const share = (others: number) => (harts === undefined ? 1 : Math.floor(harts / others));
  const { cores } = topology;
  if (cores === undefined) {
    return { sockets, clusters, threads, cores: share(sockets * clusters * threads) };
  }
  if (topology.sockets === undefined) {
    return { sockets: share(clusters * cores * threads), clusters, threads, cores };
  }
  const rest = topology.threads ?? share(sockets * clusters * cores);
  return { sockets, clusters, cores, threads: rest };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1024) {
    throw new UsageFailure(
      "harts-malformed",
      `${name}=${text} is not a number of harts (CPUs)`,
      "write a number from 1 to 8",
    );
  }
  return number;
}
