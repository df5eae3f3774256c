import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { mstatus } from "../hart/privilege.ts";
import { floatRegistersOffset } from "./hart-layout.ts";

/** What the rows of Zfh and Zfa do around the arithmetic, which has tests of its own. */
const illegalInstruction = 2n;
const invalid = 16;
const doubleOf = (value: number) => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
const singleOf = (value: number) =>
  0xffff_ffff_0000_0000n | BigInt(new Uint32Array(Float32Array.of(value).buffer)[0] as number);
const boxedHalf = (bits: number) => 0xffff_ffff_ffff_0000n | BigInt(bits);
const halfNan = boxedHalf(0x7e00);
const halfOne = boxedHalf(0x3c00);

let h: BareHart;
beforeEach(() => {
  h = new BareHart();
  h.hart.setWide("mstatus", mstatus.fs);
  h.hart.set("fflags", 1);
  h.hart.setWide("mtvec", BigInt(ramBase + 0x100));
});

const f = (index: number) => h.memory.wide(h.hart.address + floatRegistersOffset + 8 * index);
const setF = (index: number, bits: bigint) =>
  h.memory.setWide(h.hart.address + floatRegistersOffset + 8 * index, bits);

function execute(line: ReturnType<typeof asm>, a = 0n, b = 0n): bigint {
  setF(6, a);
  setF(7, b);
  h.load([line]);
  h.pc = BigInt(ramBase);
  h.run(1);
  return f(5);
}

/** The manual's table of FLI, as numbers. */
const constants = [
  ...[-1, Number.NaN, 2 ** -16, 2 ** -15, 2 ** -8, 2 ** -7, 0.0625, 0.125, 0.25, 0.3125, 0.375],
  ...[0.4375, 0.5, 0.625, 0.75, 0.875, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 8, 16, 128, 256],
  ...[2 ** 15, 2 ** 16, Number.POSITIVE_INFINITY],
];

describe("fli", () => {
  test.each(constants.map((value, index) => [index, value]))("entry %i is %d", (index, value) => {
    const smallest = Number.isNaN(value);
    const double = smallest ? 2n ** 52n : doubleOf(value);
    const single = smallest ? 0xffff_ffff_0080_0000n : singleOf(value);
    expect(execute(asm("fli.d", { rd: 5, rs1: index }))).toBe(double);
    expect(execute(asm("fli.s", { rd: 5, rs1: index }))).toBe(single);
    // By way of the conversion, which rounds 2^16 to infinity; the first normal half is 2^-14.
    const half = execute(asm("fli.h", { rd: 5, rs1: index }));
    setF(6, smallest ? doubleOf(2 ** -14) : double);
    expect(half).toBe(execute(asm("fcvt.h.d", { rd: 5, rs1: 6, rm: 0 }), f(6)));
  });

  test("entry 31 is the canonical NaN", () => {
    expect(execute(asm("fli.d", { rd: 5, rs1: 31 }))).toBe(0x7ff8n << 48n);
    expect(execute(asm("fli.s", { rd: 5, rs1: 31 }))).toBe(0xffff_ffff_7fc0_0000n);
    expect(execute(asm("fli.h", { rd: 5, rs1: 31 }))).toBe(halfNan);
  });
});

describe("half precision", () => {
  test("flh boxes what it loads, fsh stores two bytes", () => {
    const data = ramBase + 0x4000;
    h.ram.write(data, Uint8Array.of(0x34, 0x12, 0xee, 0xee));
    h.setX(8, BigInt(data));
    expect(execute(asm("flh", { rd: 5, rs1: 8 }))).toBe(boxedHalf(0x1234));
    setF(5, 0x1111_2222_3333_5678n);
    h.load([asm("fsh", { rs1: 8, rs2: 5 })]);
    h.pc = BigInt(ramBase);
    h.run(1);
    const stored = new Uint8Array(4);
    h.ram.read(data, stored);
    expect([...stored]).toEqual([0x78, 0x56, 0xee, 0xee]);
  });

  test.each([
    ["all of the upper bits set", halfOne, boxedHalf(0x4000)],
    ["a single", singleOf(1), halfNan],
    ["a bit missing", halfOne & ~(1n << 20n), halfNan],
  ])("an operand is a number where it is boxed: %s", (_, operand, sum) => {
    expect(execute(asm("fadd.h", { rd: 5, rs1: 6, rs2: 7, rm: 0 }), operand, halfOne)).toBe(sum);
    expect(h.hart.get("fflags")).toBe(1);
  });

  test("moves take the bits as they are, with the sign", () => {
    execute(asm("fmv.x.h", { rd: 9, rs1: 6 }), 0x1234_5678_9abc_8001n);
    expect(h.x(9)).toBe(0xffff_ffff_ffff_8001n);
    h.setX(9, 0x1234_5678n);
    expect(execute(asm("fmv.h.x", { rd: 5, rs1: 9 }))).toBe(boxedHalf(0x5678));
  });

  test("sign injection copies the sign of a half", () => {
    const line = asm("fsgnj.h", { rd: 5, rs1: 6, rs2: 7 });
    expect(execute(line, halfOne, boxedHalf(0x8000))).toBe(boxedHalf(0xbc00));
  });
});

describe("Zfa", () => {
  const nan = 0x7ff8n << 48n;
  test("fminm and fmaxm give a NaN where fmin and fmax give the number", () => {
    for (const name of ["fminm.d", "fmaxm.d"]) {
      expect(execute(asm(name, { rd: 5, rs1: 6, rs2: 7 }), doubleOf(1), nan | 5n)).toBe(nan);
    }
    expect(execute(asm("fmaxm.d", { rd: 5, rs1: 6, rs2: 7 }), doubleOf(1), doubleOf(2))).toBe(
      doubleOf(2),
    );
  });

  test("quiet comparisons raise nothing for a quiet NaN, the others do", () => {
    execute(asm("fleq.d", { rd: 9, rs1: 6, rs2: 7 }), doubleOf(1), nan);
    expect([h.x(9), h.hart.get("fflags")]).toEqual([0n, 1]);
    execute(asm("fltq.d", { rd: 9, rs1: 6, rs2: 7 }), doubleOf(1), doubleOf(2));
    expect(h.x(9)).toBe(1n);
    execute(asm("fle.d", { rd: 9, rs1: 6, rs2: 7 }), doubleOf(1), nan);
    expect(h.hart.get("fflags")).toBe(1 | invalid);
  });

  test.each([
    [0, [-2, -0, 2, 4]],
    [1, [-2, -0, 2, 3]],
    [2, [-3, -1, 2, 3]],
    [3, [-2, -0, 3, 4]],
    [4, [-3, -1, 3, 4]],
  ])("fround in rounding mode %i", (rm, expected) => {
    const values = [-2.5, -0.5, 2.5, 3.5];
    for (const flags of [0, 1]) {
      const rounded = values.map((value) => {
        h.hart.set("fflags", flags);
        const bits = execute(asm("fround.d", { rd: 5, rs1: 6, rm }), doubleOf(value));
        expect(h.hart.get("fflags")).toBe(flags);
        return bits;
      });
      expect(rounded).toEqual(expected.map(doubleOf));
    }
    h.hart.set("fflags", 0);
    execute(asm("froundnx.d", { rd: 5, rs1: 6, rm }), doubleOf(2.5));
    expect(h.hart.get("fflags")).toBe(1);
  });

  test.each([
    [2 ** 32 + 7.9, 7n],
    [-(2 ** 31) - 1, 2n ** 31n - 1n],
    [-1.5, -1n],
    [2 ** 53, 0n],
    [2 ** 84, 0n],
    [3 * 2 ** 31, -(2n ** 31n)],
    [Number.NEGATIVE_INFINITY, 0n],
  ])("fcvtmod.w.d of %d is %d", (value, expected) => {
    execute(asm("fcvtmod.w.d", { rd: 9, rs1: 6 }), doubleOf(value));
    expect(BigInt.asIntN(64, h.x(9))).toBe(expected);
  });
});

test.each(["fli.d", "fmv.h.x", "fround.s", "fcvtmod.w.d", "fminm.h", "flh"])(
  "%s is illegal while the float unit is off",
  (name) => {
    h.hart.setWide("mstatus", 0n);
    execute(asm(name, { rd: 5, rs1: 6 }));
    expect(h.hart.wide("mcause")).toBe(illegalInstruction);
  },
);
