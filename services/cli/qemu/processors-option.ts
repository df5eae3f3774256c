import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { type Property, readProperties } from "./property-list.ts";

const processorProperties: readonly Property<Draft>[] = [
  "cpus",
  "maxcpus",
  "sockets",
  "clusters",
  "cores",
  "threads",
].map((name) => ({
  name,
  value: "1",
  set: (_draft, value) => {
    if (value !== "1") {
      throw new UsageFailure(
        "harts-unsupported",
        "the machine has one hart (CPU), no more and no less",
        "write -smp 1 or leave it out; a kernel that wants several must be told to use one",
      );
    }
  },
}));

/** `-smp 1`. */
export function readProcessors(draft: Draft, text: string): void {
  readProperties("-smp", text, processorProperties, draft, "cpus");
}
