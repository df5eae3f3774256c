import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, hostProperty, type Property, readProperties } from "./property-list.ts";

/** QEMU's other boards for RISC-V. */
const otherMachines =
  /^(sifive_[eu]|spike|opentitan|microchip-icicle-kit|shakti_c|amd-microblaze-v-generic|none)$/;

const machineProperties: readonly Property<Draft>[] = [
  {
    name: "type",
    value: "virt",
    set: (_draft, value) => {
      if (otherMachines.test(value)) {
        throw new UsageFailure(
          "machine-unsupported",
          `'${value}' is another board: its addresses and devices are not those of virt`,
          "build the guest for QEMU's virt machine and write -machine virt",
        );
      }
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
  fixedProperty("acpi", ["off"], "the machine describes itself by a device tree"),
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
