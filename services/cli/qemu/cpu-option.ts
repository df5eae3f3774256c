import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";

const on = ["on", "true"];
const off = ["off", "false"];

/** What the hart has and has not: RV64GC with machine, supervisor and user mode, Sv39. */
const cpuProperties: readonly Property<Draft>[] = [
  {
    name: "model",
    value: "rv64",
    set: (_draft, value) => {
      parseChoice("CPU", ["rv64"], value);
    },
  },
  ...["i", "m", "a", "f", "d", "c", "s", "u", "g", "mmu", "Zicsr", "Zifencei"].map((name) =>
    fixedProperty<Draft>(name, on, "the hart always has it"),
  ),
  ...["e", "h", "j", "v", "x-j", "x-v"].map((name) =>
    fixedProperty<Draft>(name, off, "the hart does not have it"),
  ),
];

const cpuHelp = "rv64\n";

/** `-cpu rv64[,property=value…]`. */
export function readCpu(draft: Draft, text: string): void {
  if (text === "help" || text === "?") {
    draft.information = cpuHelp;
    return;
  }
  readProperties("the rv64 CPU", text, cpuProperties, draft, "model");
}
