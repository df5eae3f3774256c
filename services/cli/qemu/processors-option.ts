import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { type Property, readProperties } from "./property-list.ts";

const most = 8;

/** The numbers of one `-smp`, before they are multiplied. */
interface Topology {
  cpus: number | undefined;
  readonly parts: Map<string, number>;
}

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
    set: (_topology, value) => {
      positive("maxcpus", value);
    },
  },
  ...["sockets", "clusters", "cores", "threads"].map(
    (name): Property<Topology> => ({
      name,
      value: "N",
      set: (topology, value) => {
        topology.parts.set(name, positive(name, value));
      },
    }),
  ),
];

/** `-smp N`, `-smp cpus=N,cores=…`: 1 to 8 harts. */
export function readProcessors(draft: Draft, text: string): void {
  const topology: Topology = { cpus: undefined, parts: new Map() };
  readProperties("-smp", text, properties, topology, "cpus");
  const product = [...topology.parts.values()].reduce((all, part) => all * part, 1);
  const harts = topology.cpus ?? product;
  if (harts > most) {
    throw new UsageFailure(
      "harts-unsupported",
      `${harts} harts (CPUs) are more than the machine can have`,
      `write -smp ${most} or less`,
    );
  }
  if (topology.parts.size > 0 && harts > product) {
    throw new UsageFailure(
      "harts-contradictory",
      `sockets, clusters, cores and threads make ${product} harts, not ${harts}`,
      `write -smp ${harts}`,
    );
  }
  draft.harts = harts;
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
