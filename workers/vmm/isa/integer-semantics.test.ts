import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { ramBase } from "../../../tests/support/bare-hart.ts";
import {
  check,
  OneInstruction,
  integerOperand as operand,
  s32,
  s64,
  u32,
  u64,
} from "../../../tests/support/one-instruction.ts";

/** RV64IM against the manual's definitions over unbounded integers. */
const flag = (condition: boolean) => (condition ? 1n : 0n);

/** Table 11 of the manual: division by zero and overflow have results, not traps. */
const divide = (a: bigint, b: bigint) => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint) => (b === 0n ? a : a % b);

type Meaning = (a: bigint, b: bigint) => bigint;

/** Operands come sign-extended; the low 64 bits of the result count. */
const registerRegister: Record<string, Meaning> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => flag(a < b),
  sltu: (a, b) => flag(u64(a) < u64(b)),
  xor: (a, b) => a ^ b,
  srl: (a, b) => u64(a) >> (b & 63n),
  sra: (a, b) => a >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => s32(a + b),
  subw: (a, b) => s32(a - b),
  sllw: (a, b) => s32(a << (b & 31n)),
  srlw: (a, b) => s32(u32(a) >> (b & 31n)),
  sraw: (a, b) => s32(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (a * b) >> 64n,
  mulhsu: (a, b) => (a * u64(b)) >> 64n,
  mulhu: (a, b) => (u64(a) * u64(b)) >> 64n,
  div: divide,
  divu: (a, b) => divide(u64(a), u64(b)),
  rem: remainder,
  remu: (a, b) => remainder(u64(a), u64(b)),
  mulw: (a, b) => s32(a * b),
  divw: (a, b) => s32(divide(s32(a), s32(b))),
  divuw: (a, b) => s32(divide(u32(a), u32(b))),
  remw: (a, b) => s32(remainder(s32(a), s32(b))),
  remuw: (a, b) => s32(remainder(u32(a), u32(b))),
};

const registerImmediate: Record<string, Meaning> = {
  addi: (a, i) => a + i,
  slti: (a, i) => flag(a < i),
  sltiu: (a, i) => flag(u64(a) < u64(i)),
  xori: (a, i) => a ^ i,
  ori: (a, i) => a | i,
  andi: (a, i) => a & i,
  addiw: (a, i) => s32(a + i),
};

const shifts: Record<string, Meaning> = {
  slli: (a, n) => a << n,
  srli: (a, n) => u64(a) >> n,
  srai: (a, n) => a >> n,
  slliw: (a, n) => s32(a << n),
  srliw: (a, n) => s32(u32(a) >> n),
  sraiw: (a, n) => s32(a) >> n,
};

const branches: Record<string, (a: bigint, b: bigint) => boolean> = {
  beq: (a, b) => a === b,
  bne: (a, b) => a !== b,
  blt: (a, b) => a < b,
  bge: (a, b) => a >= b,
  bltu: (a, b) => u64(a) < u64(b),
  bgeu: (a, b) => u64(a) >= u64(b),
};

const one = new OneInstruction();
const h = one.hart;
const result = one.result.bind(one);

describe("register with register", () => {
  test.each(Object.entries(registerRegister))("%s", (name, meaning) => {
    check(
      fc.property(operand, operand, (a, b) => {
        expect(result(asm(name, { rd: 5, rs1: 6, rs2: 7 }), a, b)).toBe(s64(meaning(a, b)));
      }),
    );
  });
});

describe("register with immediate", () => {
  test.each(Object.entries(registerImmediate))("%s", (name, meaning) => {
    check(
      fc.property(operand, fc.integer({ min: -2048, max: 2047 }), (a, imm) => {
        const expected = s64(meaning(a, BigInt(imm)));
        expect(result(asm(name, { rd: 5, rs1: 6, imm }), a)).toBe(expected);
      }),
    );
  });
  test.each(Object.entries(shifts))("%s", (name, meaning) => {
    check(
      fc.property(operand, fc.nat(name.endsWith("w") ? 31 : 63), (a, imm) => {
        const expected = s64(meaning(a, BigInt(imm)));
        expect(result(asm(name, { rd: 5, rs1: 6, imm }), a)).toBe(expected);
      }),
    );
  });
});

describe("branches", () => {
  test.each(Object.entries(branches))("%s", (name, holds) => {
    check(
      fc.property(operand, operand, fc.boolean(), (a, b, isEqual) => {
        const other = isEqual ? a : b;
        result(asm(name, { rs1: 6, rs2: 7, imm: 64 }), a, other);
        expect(h.pc).toBe(BigInt(ramBase) + (holds(a, other) ? 68n : 8n));
      }),
    );
  });
});

describe("the program counter", () => {
  test("auipc adds to it, jal and jalr leave the address behind them", () => {
    expect(result(asm("auipc", { rd: 5, imm: -4096 }), 0n)).toBe(BigInt(ramBase + 4 - 4096));
    expect(result(asm("jal", { rd: 5, imm: -(2 ** 20) }), 0n)).toBe(BigInt(ramBase + 8));
    expect(h.pc).toBe(BigInt(ramBase + 4 - 2 ** 20));
    expect(result(asm("jalr", { rd: 5, rs1: 6, imm: -2 }), BigInt(ramBase + 0x101))).toBe(
      BigInt(ramBase + 8),
    );
    // Bit 0 of the sum is cleared.
    expect(h.pc).toBe(BigInt(ramBase + 0xfe));
  });
  test("jalr reads its source before it writes its destination", () => {
    h.setX(5, BigInt(ramBase + 0x200));
    result(asm("jalr", { rd: 5, rs1: 5 }), 0n);
    expect([h.pc, h.x(5)]).toEqual([BigInt(ramBase + 0x200), BigInt(ramBase + 8)]);
  });
});

test("x0 is zero whatever is written to it", () => {
  const writers = [
    asm("addi", { imm: 5 }),
    asm("lui", { imm: 0x1000 }),
    asm("jal", { imm: 4 }),
    asm("add", { rs1: 6, rs2: 6 }),
    asm("mul", { rs1: 6, rs2: 6 }),
    asm("csrrw", { rs1: 6, csr: 0x340 }),
  ];
  for (const writer of writers) {
    result(writer, 77n);
    expect(h.x(0)).toBe(0n);
  }
});
