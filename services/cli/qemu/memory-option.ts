import { UsageFailure } from "../usage-failure.ts";
import { type Draft, defaultRamBytes } from "./draft.ts";
import { parseBytes } from "./parse-bytes.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";

const MiB = 2 ** 20;
/** A worker's machine memory has 4 GiB, and the monitor needs some of it. */
const largest = 3072 * MiB;
/** QEMU rounds RAM up to this. */
const grain = 8192;

const memoryProperties: readonly Property<Draft>[] = [
  {
    name: "size",
    value: "SIZE",
    set: (draft, value) => {
      const bytes = parseBytes(value, "M");
      if (bytes > largest) {
        throw new UsageFailure(
          "memory-too-large",
          `${value} is more memory than a machine can have`,
          "give at most 3G",
        );
      }
      draft.ramBytes = bytes === 0 ? defaultRamBytes : Math.ceil(bytes / grain) * grain;
    },
  },
  fixedProperty("slots", ["0"], "memory cannot be added to a running machine"),
];

/** `-m 256M`. */
export function readMemory(draft: Draft, text: string): void {
  readProperties("-m", text, memoryProperties, draft, "size");
}
