import type { Draft } from "./draft.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";

const processorProperties: readonly Property<Draft>[] = [
  "cpus",
  "maxcpus",
  "sockets",
  "clusters",
  "cores",
  "threads",
].map((name) => fixedProperty(name, ["1"], "the machine has one hart"));

/** `-smp 1`. */
export function readProcessors(draft: Draft, text: string): void {
  readProperties("-smp", text, processorProperties, draft, "cpus");
}
