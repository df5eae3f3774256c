import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, hostProperty, type Property, readProperties } from "./property-list.ts";

const machineProperties: readonly Property<Draft>[] = [
  {
    name: "type",
    value: "virt",
    set: (_draft, value) => {
      parseChoice("machine", ["virt"], value);
    },
  },
  {
    name: "dumpdtb",
    value: "FILE",
    set: (draft, value) => {
      draft.deviceTreeDump = value;
    },
  },
  fixedProperty("accel", ["tcg"], "there is one engine, and it plays the part of tcg"),
  fixedProperty("aclint", ["off"], "the machine has a SiFive CLINT"),
  fixedProperty("aia", ["none"], "the machine has a PLIC"),
  fixedProperty("usb", ["off"], "the machine has no USB"),
  hostProperty("graphics", ["on", "off"]),
  hostProperty("dump-guest-core", ["on", "off"]),
  hostProperty("mem-merge", ["on", "off"]),
];

export const machineHelp = "Supported machines are:\nvirt                 RISC-V VirtIO board\n";

/** `-machine virt[,property=value…]`. */
export function readMachine(draft: Draft, text: string): void {
  if (text === "help" || text === "?") {
    draft.information = machineHelp;
    return;
  }
  readProperties("the virt machine", text, machineProperties, draft, "type");
}
