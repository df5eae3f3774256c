import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { decodeKeptCode } from "./kept-code.ts";

function keptCode(): Uint8Array {
  const h = new BareHart(2 ** 20, { heat: eagerHeat });
  h.load(["a", asm("addi", { rd: 10, rs1: 10, imm: 1 }), asm("jal", { to: "a" })]);
  h.pc = BigInt(ramBase);
  h.run(500);
  return h.translator?.keepCode() ?? new Uint8Array();
}

describe("kept translations", () => {
  const code = keptCode();

  test("are regions with their shapes", () => {
    const regions = decodeKeptCode(code);
    expect(regions.length).toBeGreaterThan(0);
    for (const { entries, body } of regions) {
      expect(entries).toContain(0);
      expect(body.bytes.length).toBeGreaterThan(20);
    }
  });

  test("are the same out of a buffer that has other things around them, whose slices are no copies", () => {
    const around = Buffer.alloc(code.length + 5);
    around.set(code, 3);
    const regions = decodeKeptCode(around.subarray(3, 3 + code.length));
    expect(regions.map(({ shape }) => [...shape])).toEqual(
      decodeKeptCode(code).map(({ shape }) => [...shape]),
    );
  });

  test("are refused when a bit is wrong or the end is missing", () => {
    const damage = { code: "kept-code-damaged" };
    const fails = (bytes: Uint8Array) => {
      try {
        decodeKeptCode(bytes);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    fc.assert(
      fc.property(fc.nat(code.length * 8 - 1), (bit) => {
        const at = bit >> 3;
        expect(fails(code.with(at, (code[at] ?? 0) ^ (1 << (bit & 7))))).toMatchObject(damage);
      }),
    );
    fc.assert(
      fc.property(fc.nat(code.length - 1), (length) => {
        expect(fails(code.subarray(0, length))).toMatchObject(damage);
      }),
    );
    expect(fails(new Uint8Array(1000))).toMatchObject(damage);
  });

  /** With words changed, and a checksum that is right all the same. */
  function resealed(change: (words: Int32Array) => void): Uint8Array {
    const bytes = Uint8Array.from(code);
    const end = bytes.length - 32;
    change(new Int32Array(bytes.buffer, 0, end / 4));
    bytes.set(createHash("sha256").update(bytes.subarray(0, end)).digest(), end);
    return bytes;
  }

  test.each<[string, string, (words: Int32Array) => void]>([
    ["another version", "kept-code-damaged", (words) => words.fill(2, 1, 2)],
    ["another kind of file", "kept-code-damaged", (words) => words.fill(7, 0, 1)],
    ["more regions than are there", "kept-code-damaged", (words) => words.fill(1000, 2, 3)],
    ["a list that is longer than they are", "kept-code-damaged", (words) => words.fill(1e9, 3, 4)],
    ["a list of less than nothing", "kept-code-damaged", (words) => words.fill(-1, 3, 4)],
    ["a shape that is none", "region-shape-damaged", (words) => words.fill(-1, 4, 5)],
    [
      "an entry that is no place of theirs",
      "region-shape-damaged",
      (words) => words.fill(99, 5, 6),
    ],
  ])("with %s are refused whole, however right their checksum is", (_, failure, change) => {
    const h = new BareHart(2 ** 20, { heat: eagerHeat });
    const bytes = resealed(change);
    expect(() => h.translator?.useKeptCode(bytes)).toThrow(
      expect.objectContaining({ code: failure }),
    );
    expect(h.translator?.statistics.functions).toBe(0);
  });

  test("with a word that is no instruction cost the place where it would be looked up, and nothing else", () => {
    const [region] = decodeKeptCode(code);
    const last = 4 + (region?.shape.length ?? 0) - 1;
    const damaged = resealed((words) => words.fill(0x7f, last, last + 1));
    const outcomes = [undefined, damaged].map((kept) => {
      const h = new BareHart(2 ** 20, { heat: eagerHeat });
      if (kept) h.translator?.useKeptCode(kept);
      h.load(["a", asm("addi", { rd: 10, rs1: 10, imm: 1 }), asm("jal", { to: "a" })]);
      h.pc = BigInt(ramBase);
      h.run(500);
      return { a0: h.x(10), failed: h.translator?.statistics.failed };
    });
    expect(outcomes).toEqual([
      { a0: 250n, failed: 0 },
      { a0: 250n, failed: 1 },
    ]);
  });

  test("whose body the host refuses are not taken over, and cost nothing else", () => {
    const [region] = decodeKeptCode(code);
    const bodyAt = 3 + 1 + (region?.shape.length ?? 0) + 1 + (region?.entries.length ?? 0) + 1;
    const first = bodyAt + (region?.body.unlikely.length ?? 0) + 1;
    const h = new BareHart(2 ** 20, { heat: eagerHeat });
    const bytes = resealed((words) => words.fill(-1, first, first + 4));
    expect(() => h.translator?.useKeptCode(bytes)).toThrow("CompileError");
    expect(h.translator?.statistics.functions).toBe(0);
    h.translator?.useKeptCode(resealed(() => undefined));
    expect(h.translator?.statistics.functions).toBeGreaterThan(0);
  });
});
