import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { asm, assemble } from "../support/assembler.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../support/run-guest.ts";
import { observedTranslation } from "./support/observed-translation.ts";
import {
  type Action,
  codeAddress,
  codePages,
  patchingGuest,
  slots,
} from "./support/patching-guest.ts";
import { brokenInvariants } from "./support/translation-invariants.ts";

const mebibyte = 2 ** 20;
const mostSlices = 40;
/** Set TRANSLATED_CODE_RUNS for a longer search. */
const numRuns = Number(process.env.TRANSLATED_CODE_RUNS ?? 8);
const timeout = 30_000 + 3000 * numRuns;
/** What is looked at is translated at once, so that code that changes is translated before. */
const heat = { ...eagerHeat, interval: 1 };
const observed = observedTranslation(128 * mebibyte, heat);
const interpreting = smallMonitor();

const page = fc.nat(codePages - 1);
const slot = fc.nat(slots - 1);
const space = fc.nat(1);
const value = fc.nat(500);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("call"), page, slot }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("patch"), page, slot, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("patch-tail"), page, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("switch"), space }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remap"), space, page, to: page }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("data"), page }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fence") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("interrupt"), hart: fc.nat(1) }) },
) as fc.Arbitrary<Action>;

const actions = fc.array(action, { minLength: 3, maxLength: 40 });
const slices = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 4000 })),
  {
    minLength: 3,
    maxLength: 12,
  },
);
/** Bytes that arrive in a page of code from outside, as a disk's do. */
const arrivals = fc.record({ page, slot: fc.nat(slots - 2), imm: fc.nat(100) });

function runBoth(
  harts: readonly (readonly Action[])[],
  times: number,
  lengths: readonly number[],
  arrive?: { readonly page: number; readonly slot: number; readonly imm: number },
) {
  observed.harts.clear();
  const image = patchingGuest(harts, times);
  const machines = [observed.monitor, interpreting].map((monitor, i) =>
    monitor.createMachine(
      bareMetal(image, { harts: harts.length, engine: i === 0 ? "translate" : "interpret" }),
      { console: recordedConsole().sink, disks: new Map() },
    ),
  );
  const [translated, interpreted] = machines as [(typeof machines)[0], (typeof machines)[0]];
  // A slice may end before the fence, and the other hart does not fence at all.
  const isFenced = !harts.flat().some(({ kind }) => kind === "remap");
  let end = "budget";
  try {
    for (let n = 0; n < mostSlices && end === "budget"; n++) {
      const length = lengths[n % lengths.length] as number;
      const reason = translated.run(length);
      end = reason.kind;
      expect(interpreted.run(length), `slice ${n}`).toEqual(reason);
      expect(translated.stateHash(nativeHash), `slice ${n}`).toBe(
        interpreted.stateHash(nativeHash),
      );
      expect(brokenInvariants(observed, isFenced), `slice ${n}`).toEqual([]);
      if (arrive && n % 3 === 1) {
        const at = codeAddress + arrive.page * 4096 + 64 + arrive.slot * 64 + 4;
        const code = assemble(0, [asm("addi", { rd: 10, rs1: 10, imm: arrive.imm + n })]);
        for (const machine of machines) machine.debug.writePhysical(at, code);
        expect(brokenInvariants(observed, isFenced), `after slice ${n}`).toEqual([]);
      }
    }
    expect(translated.exitCounts()).toEqual(interpreted.exitCounts());
  } finally {
    for (const machine of machines) machine.dispose();
  }
  observed.harts.clear();
  expect(brokenInvariants(observed), "afterwards").toEqual([]);
  return end;
}

describe("whatever a guest does to its code", () => {
  test(
    "one hart executes what is there, and code cache and TLB agree with memory",
    () => {
      fc.assert(
        fc.property(actions, slices, (list, lengths) => {
          runBoth([list], 30, lengths);
        }),
        { numRuns },
      );
    },
    timeout,
  );

  test(
    "so do two, which patch and remap each other's",
    () => {
      fc.assert(
        fc.property(actions, actions, slices, (first, second, lengths) => {
          runBoth([first, second], 30, lengths);
        }),
        { numRuns },
      );
    },
    timeout,
  );

  test(
    "and while bytes arrive in its code from outside",
    () => {
      fc.assert(
        fc.property(actions, slices, arrivals, (list, lengths, arrive) => {
          runBoth([list], 30, lengths, arrive);
        }),
        { numRuns },
      );
    },
    timeout,
  );
});

const script: readonly Action[] = [
  { kind: "call", page: 0, slot: 1 },
  { kind: "call", page: 2, slot: slots - 1 },
  { kind: "patch", page: 0, slot: 1, value: 9 },
  { kind: "patch-tail", page: 3, value: 12 },
  { kind: "switch", space: 1 },
  { kind: "call", page: 1, slot: 3 },
  { kind: "remap", space: 0, page: 0, to: 2 },
  { kind: "switch", space: 0 },
];

test("the guest ends well, and what it executes are regions that come and go", () => {
  const before = { ...observed.monitor.translations };
  expect(runBoth([script], 20, [5000])).toBe("power-off");
  const after = observed.monitor.translations;
  expect(after.regions - before.regions).toBeGreaterThan(5);
  expect(after.dropped - before.dropped).toBeGreaterThan(5);
});
