import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";

const why = "guest time is one nanosecond for each instruction, and idle time is skipped";

const properties: readonly Property<Draft>[] = [
  {
    name: "shift",
    value: "0",
    set: (_draft, value) => {
      if (value !== "0") {
        throw new UsageFailure(
          "value-unsupported",
          `shift=${value} is not supported: ${why}`,
          "write -icount shift=0, or leave it out: --time virtual is the default",
        );
      }
    },
  },
  fixedProperty("align", ["off"], why),
  fixedProperty("sleep", ["off"], why),
];

/** `-icount [shift=]0[,align=off][,sleep=off]`: what `--time virtual` is. */
export function readInstructionCount(draft: Draft, text: string): void {
  readProperties("-icount", text, properties, draft, "shift");
  draft.time = "virtual";
}
