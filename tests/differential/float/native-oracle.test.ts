import { afterAll, describe, expect, test } from "vitest";
import type { InstructionRow } from "../../../workers/vmm/isa/row.ts";
import { FloatUnit, modeSources, paths } from "./float-unit.ts";
import { NativeOracle, wordsPerCase } from "./native-oracle.ts";
import { nativeRows } from "./native-rows.ts";

/**
 * Floating point against the host's own: results and flags of every instruction that computes, in
 * every rounding mode, by the fast loop and by exact steps, with the mode in the instruction and in
 * `frm`. FLOAT_SEED and FLOAT_CASES choose the
 * random operands that come after the systematic ones.
 */
const seed = Number(process.env.FLOAT_SEED ?? 1);
const count = Number(process.env.FLOAT_CASES ?? 20_000);

const oracle = NativeOracle.build();
const skipped = typeof oracle === "string";
const reason = skipped ? ` (skipped: ${oracle})` : "";
const unit = new FloatUnit();
let compared = 0;

describe.skipIf(skipped)(`floating point agrees with the host's${reason}`, () => {
  test.each(nativeRows.map((row): [string, InstructionRow] => [row.mnemonic, row]))(
    "for %s",
    (mnemonic, row) => {
      const cases = (oracle as NativeOracle).cases(mnemonic, seed, count);
      const sources = row.pattern.fields.has("rm") ? modeSources : modeSources.slice(1);
      for (const path of paths) {
        for (const source of sources) {
          expect(unit.disagreements(row, cases, path, source)).toEqual([]);
        }
      }
      compared += cases.length / wordsPerCase;
    },
  );

  test("in millions of cases", () => {
    expect(nativeRows.length).toBeGreaterThan(100);
    expect(compared).toBeGreaterThan(10e6);
  });

  afterAll(() => {
    if (!skipped) oracle.close();
  });
});
