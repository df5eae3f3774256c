import { compiler } from "../../workers/host/compiler.ts";
import type { HeatPolicy, MachineConfig, WasmCompiler } from "../../workers/vmm/mod.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { engines } from "../support/engines.ts";
import type { Random } from "./random.ts";
import { steppingCompiler } from "./stepping-compiler.ts";

/** A way of executing a guest, which it must not be able to tell from the others. */
export interface Execution {
  readonly name: string;
  readonly compiler: WasmCompiler;
  /** When code is translated, where that is not as usual. */
  readonly heat?: HeatPolicy;
  /** What the machine is configured with besides the guest's own wishes. */
  readonly config: Partial<MachineConfig>;
  /** Instructions until the driver stops the machine and lets it go on. */
  slice(random: Random): number;
}

const whole = () => 1e7;
/** Mostly a few hundred, often so few that a straight run of instructions is cut. */
const cut = (random: Random) => (random.chance(0.5) ? random.between(1, 30) : random.below(2000));

/** Each engine undisturbed and in random slices, and the exact steps that both fall back to. */
export const executions: readonly Execution[] = [
  ...engines.flatMap((engine): Execution[] => [
    { name: engine, compiler, config: { engine }, slice: whole },
    { name: `${engine}, in random slices`, compiler, config: { engine }, slice: cut },
  ]),
  {
    name: "translate at once",
    compiler,
    config: { engine: "translate" },
    heat: eagerHeat,
    slice: whole,
  },
  {
    name: "translate at once, in random slices",
    ...{ compiler, config: { engine: "translate" }, heat: eagerHeat, slice: cut },
  },
  {
    name: "trap and emulate at once",
    ...{ compiler, config: { engine: "trap-and-emulate" }, heat: eagerHeat, slice: whole },
  },
  {
    name: "exact steps",
    compiler: steppingCompiler(compiler),
    config: { engine: "interpret" },
    slice: whole,
  },
];
