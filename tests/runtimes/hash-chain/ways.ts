import { compiler } from "../../../workers/host/compiler.ts";
import { type MachineConfig, Monitor } from "../../../workers/vmm/mod.ts";
import { eagerHeat } from "../../support/eager-heat.ts";
import { engines } from "../../support/engines.ts";
import { failingCompiler } from "../../support/failing-compiler.ts";

/** A way to execute guests, which must not show. */
export interface Way {
  readonly engine: NonNullable<MachineConfig["engine"]>;
  readonly monitor: () => Monitor;
  /** Whether regions are made, and whether some cannot be. */
  readonly translates: boolean;
  readonly fails: boolean;
}

const memoryBytes = 256 * 2 ** 20;

/** By name; the first is what the others are held to. */
export const ways: ReadonlyMap<string, Way> = new Map<string, Way>([
  ...engines.map((engine): [string, Way] => [
    engine,
    {
      engine,
      monitor: () => Monitor.create({ compiler, memoryBytes }),
      translates: engine === "translate",
      fails: false,
    },
  ]),
  [
    "translate-at-once",
    {
      engine: "translate",
      monitor: () => Monitor.create({ compiler, memoryBytes, heat: eagerHeat }),
      translates: true,
      fails: false,
    },
  ],
  [
    "translate-few",
    {
      engine: "translate",
      monitor: () => Monitor.create({ compiler, memoryBytes, heat: eagerHeat, mostRegions: 4 }),
      translates: true,
      fails: false,
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
]);
