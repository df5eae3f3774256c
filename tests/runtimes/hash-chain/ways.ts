import { compiler } from "../../../workers/host/compiler.ts";
import { type MachineConfig, Monitor } from "../../../workers/vmm/mod.ts";
import { eagerHeat } from "../../support/eager-heat.ts";
import { failingCompiler } from "../../support/failing-compiler.ts";

/** A way to execute guests, which must not show. */
export interface Way {
  readonly engine: NonNullable<MachineConfig["engine"]>;
  readonly monitor: () => Monitor;
  /** Whether regions are made, and whether some cannot be. */
  readonly translates: boolean;
  readonly fails: boolean;
}

const memoryBytes = 512 * 2 ** 20;
const usual = () => Monitor.create({ compiler, memoryBytes });
const eager = () => Monitor.create({ compiler, memoryBytes, heat: eagerHeat });
const translates = { translates: true, fails: false };

/** By name; the first is what the others are held to. */
export const ways: ReadonlyMap<string, Way> = new Map<string, Way>([
  ["interpret", { engine: "interpret", monitor: usual, translates: false, fails: false }],
  ["translate", { engine: "translate", monitor: usual, ...translates }],
  ["translate-at-once", { engine: "translate", monitor: eager, ...translates }],
  [
    "translate-few",
    {
      engine: "translate",
      monitor: () => Monitor.create({ compiler, memoryBytes, heat: eagerHeat, mostRegions: 4 }),
      ...translates,
    },
  ],
  [
    "translate-some",
    {
      engine: "translate",
      monitor: () => {
        const failing = failingCompiler(compiler, (region) => region % 3 === 1);
        return Monitor.create({ compiler: failing, memoryBytes, heat: eagerHeat });
      },
      translates: true,
      fails: true,
    },
  ],
  ["trap-and-emulate", { engine: "trap-and-emulate", monitor: usual, ...translates }],
  ["trap-and-emulate-at-once", { engine: "trap-and-emulate", monitor: eager, ...translates }],
]);
