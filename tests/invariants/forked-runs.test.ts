/**
 * Machines of one monitor that fork, and whose forks fork: each computes and counts what it would have
 * done alone, whatever its relatives write to the pages that they share, and whoever ends first.
 */

import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { guestExits, type Machine, type MachineConfig } from "../../workers/vmm/mod.ts";
import { asm } from "../support/assembler.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { engines } from "../support/engines.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { observedTranslation } from "./support/observed-translation.ts";
import { type Action, codePages, patchingGuest, slots } from "./support/patching-guest.ts";
import { brokenInvariants } from "./support/translation-invariants.ts";
import { ways, wildPages, wildStores } from "./support/wild-stores.ts";

const ramBase = 0x8000_0000;
const pageBytes = 4096;
/** Set FORKED_RUNS for a longer search. */
const numRuns = Number(process.env.FORKED_RUNS ?? 12);
const timeout = 30_000 + 3000 * numRuns;
const mostRelatives = 6;
const observed = observedTranslation(2 ** 28, { ...eagerHeat, interval: 1 });
const { freeFrames, freeHeap, codePages: codePagesUsed } = observed.monitor.inUse;
afterAll(() => {
  expect(observed.monitor.inUse).toMatchObject({ freeFrames, freeHeap, codePages: codePagesUsed });
});

const turn = fc.record({
  kind: fc.constantFrom(...(["fork", "fork", "fork", "run", "run", "disturb", "end"] as const)),
  which: fc.nat(),
  steps: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6000 })),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;
const turns = fc.array(turn, { minLength: 8, maxLength: 30, size: "max" });

interface Relative {
  readonly machine: Machine;
  readonly depth: number;
  /** What was written to it from outside, and when. */
  readonly history: readonly { readonly steps: number; readonly page: number }[];
}

const resources = () => ({ console: recordedConsole().sink, disks: new Map() });

/** @returns whatever a run determines, but for what its monitor does on its own account */
function outcome(machine: Machine) {
  return {
    steps: machine.steps,
    hash: machine.stateHash(nativeHash),
    exits: guestExits(machine.exitCounts()),
  };
}

function disturb(machine: Machine, page: number): void {
  machine.debug.writePhysical(ramBase + page * pageBytes + 2040, Uint8Array.of(page, 7, 9, 1));
}

/** The same history in a machine that has no relatives. */
function alone(config: MachineConfig, { machine, history }: Relative) {
  const single = observed.monitor.createMachine(config, resources());
  try {
    for (const { steps, page } of history) {
      single.run(steps - single.steps);
      disturb(single, page);
    }
    single.run(machine.steps - single.steps);
    return outcome(single);
  } finally {
    single.dispose();
  }
}

/** @returns how deep the forks were */
function family(config: MachineConfig, list: readonly Turn[], isFenced = true): number {
  const first = observed.monitor.createMachine(config, resources());
  const relatives: Relative[] = [{ machine: first, depth: 0, history: [] }];
  let deepest = 0;
  try {
    for (const { kind, which, steps } of list) {
      const index = which % relatives.length;
      const { machine, depth, history } = relatives[index] as Relative;
      if (kind === "fork" && relatives.length < mostRelatives) {
        relatives.push({ machine: machine.fork(resources()), depth: depth + 1, history });
        deepest = Math.max(deepest, depth + 1);
      }
      if (kind === "run") machine.run(steps);
      if (kind === "disturb") {
        const page = 4 + (which % wildPages);
        disturb(machine, page);
        relatives[index] = {
          machine,
          depth,
          history: [...history, { steps: machine.steps, page }],
        };
      }
      if (kind === "end" && relatives.length > 1) {
        machine.dispose();
        relatives.splice(index, 1);
      }
      // Only living machines have harts to look at, and each of them is seen when it runs.
      observed.harts.clear();
      const areRunning = relatives.map((each) => each.machine.run(1).kind === "budget");
      if (areRunning.every(Boolean)) expect(brokenInvariants(observed, isFenced)).toEqual([]);
    }
    for (const each of relatives) expect(outcome(each.machine)).toEqual(alone(config, each));
  } finally {
    for (const { machine } of relatives) machine.dispose();
    observed.harts.clear();
  }
  return deepest;
}

const page = fc.nat(codePages - 1);
const slot = fc.nat(slots - 1);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("call"), page, slot }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("patch"), page, slot, value: fc.nat(99) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("switch"), space: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remap"), space: fc.nat(1), page, to: page }),
  },
) as fc.Arbitrary<Action>;
const actions = fc.array(action, { minLength: 3, maxLength: 40 });
const accesses = fc.array(
  fc.record({
    way: fc.constantFrom(...ways),
    page: fc.nat(wildPages - 1),
    offset: fc.oneof(fc.nat(4095), fc.integer({ min: 4088, max: 4095 })),
  }),
  { minLength: 5, maxLength: 60, size: "max" },
);

describe.each(engines)("machines that fork (%s)", (engine) => {
  test(
    "compute and count what each would alone where they write in every way there is",
    () => {
      let deepest = 0;
      fc.assert(
        fc.property(accesses, turns, (list, taken) => {
          const config = bareMetal(wildStores(list), { engine });
          deepest = Math.max(deepest, family(config, taken));
        }),
        { numRuns },
      );
      expect(deepest, "forks of forks of forks").toBeGreaterThanOrEqual(3);
    },
    timeout,
  );

  test(
    "do so where two harts patch and remap each other's code",
    () => {
      fc.assert(
        fc.property(actions, actions, turns, (first, second, taken) => {
          const isFenced = ![...first, ...second].some(({ kind }) => kind === "remap");
          const config = bareMetal(patchingGuest([first, second], 300), { engine, harts: 2 });
          const calm = taken.filter(({ kind }) => kind !== "disturb");
          family(config, calm, isFenced);
        }),
        { numRuns },
      );
    },
    timeout,
  );
});

test("a breakpoint in a clone stops the clone, and not its origin", () => {
  const loop = bareMetal([asm("addi", { rd: 5, rs1: 5, imm: 1 }), asm("jal", { imm: -4 })]);
  const origin = observed.monitor.createMachine(loop, resources());
  origin.run(1001);
  const clone = origin.fork(resources());
  clone.debug.setBreakpoints([BigInt(ramBase)]);
  expect(clone.run(100)).toEqual({ kind: "debug", hart: 0 });
  expect(origin.run(100)).toEqual({ kind: "budget" });
  clone.debug.setBreakpoints([]);
  expect(clone.run(100)).toEqual({ kind: "budget" });
  for (const machine of [origin, clone]) machine.dispose();
  observed.harts.clear();
});
