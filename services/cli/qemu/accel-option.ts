import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { hostProperty, type Property, readProperties } from "./property-list.ts";

const properties: readonly Property<Draft>[] = [
  {
    name: "accel",
    value: "tcg",
    set: (_draft, value) => {
      if (value !== "tcg") {
        throw new UsageFailure(
          "accelerator-unsupported",
          `'${value}' needs a RISC-V processor below it`,
          "write -accel tcg, or leave it out: there is one engine, and it plays the part of tcg",
        );
      }
    },
  },
  hostProperty("thread", ["single", "multi"]),
  { name: "tb-size", value: "MIB", set: () => {} },
  hostProperty("split-wx", ["on", "off"]),
  hostProperty("one-insn-per-tb", ["on", "off"]),
];

/** `-accel tcg[,thread=single|multi][,tb-size=N]`. */
export function readAccelerator(draft: Draft, text: string): void {
  readProperties("-accel", text, properties, draft, "accel");
}
