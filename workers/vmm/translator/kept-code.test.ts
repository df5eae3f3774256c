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
});
