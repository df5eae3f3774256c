import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";

const on = ["on", "true"];
const off = ["off", "false"];

/** What the hart has, besides RV64GC with machine, supervisor and user mode. */
const extensions = [
  ...["zicsr", "zifencei", "zihintpause", "zicond", "zicbom", "zicbop", "zicboz", "zawrs"],
  ...["zacas", "zfh", "zfhmin", "zfa", "zca", "zcb", "zcd", "zba", "zbb", "zbc", "zbs"],
  ...["zbkb", "zbkc", "zbkx", "sscofpmf", "smstateen", "sstc", "svadu", "svinval", "svnapot"],
  ...["svpbmt", "sv39", "sv48", "sv57", "pmp", "mmu", "debug"],
];
const absentExtensions = [
  ...["zve32f", "zve64f", "zdinx", "zfinx", "zhinx", "zhinxmin", "zkne", "zknd", "zknh", "zksh"],
  ...["smaia", "ssaia", "zvbb", "zvkg"],
];

/** QEMU 7.2 writes some names with a capital letter, later versions none. */
function spellings(name: string): readonly string[] {
  return [name, `${name.charAt(0).toUpperCase()}${name.slice(1)}`];
}

/** There is one hart; QEMU calls the one that can do most `max`, since 8.1. */
const models = ["rv64", "max"];

const cpuProperties: readonly Property<Draft>[] = [
  {
    name: "model",
    value: "rv64|max",
    set: (_draft, value) => {
      parseChoice("CPU", models, value);
    },
  },
  ...["i", "m", "a", "f", "d", "c", "s", "u", "g", ...extensions.flatMap(spellings)].map((name) =>
    fixedProperty<Draft>(name, on, "the hart always has it"),
  ),
  ...["e", "h", "j", "v", "x-j", "x-v", ...absentExtensions.flatMap(spellings)].map((name) =>
    fixedProperty<Draft>(name, off, "the hart does not have it"),
  ),
  fixedProperty("priv_spec", ["v1.12.0"], "the hart follows version 1.12 of the manual"),
];

const cpuHelp = models.map((model) => `${model}\n`).join("");

/** `-cpu rv64[,property=value…]`. */
export function readCpu(draft: Draft, text: string): void {
  if (text === "help" || text === "?") {
    draft.information = cpuHelp;
    return;
  }
  readProperties("the rv64 CPU", text, cpuProperties, draft, "model");
}
