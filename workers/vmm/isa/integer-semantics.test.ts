import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { ramBase } from "../../../tests/support/bare-hart.ts";
import { integerDefinitions } from "../../../tests/support/integer-definitions.ts";
import {
  check,
  OneInstruction,
  integerOperand as operand,
  s64,
} from "../../../tests/support/one-instruction.ts";

/** RV64IM against the manual's definitions over unbounded integers. */
const { registerRegister, registerImmediate, shifts, branches } = integerDefinitions;

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
