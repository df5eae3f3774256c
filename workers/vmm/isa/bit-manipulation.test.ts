import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { bitDefinitions } from "../../../tests/support/bit-definitions.ts";
import {
  check,
  OneInstruction,
  integerOperand as operand,
  s64,
} from "../../../tests/support/one-instruction.ts";

const { withTwoSources, withOneSource, withImmediate } = bitDefinitions;

/** Few ones and few zeros, where counts and look-ups change their mind. */
const bits = fc.oneof(
  operand,
  fc.nat(63).map((n) => s64(1n << BigInt(n))),
  fc.tuple(fc.nat(63), fc.nat(63)).map(([n, m]) => s64((1n << BigInt(n)) | (1n << BigInt(m)))),
  fc
    .array(fc.nat(9), { minLength: 8, maxLength: 8 })
    .map((a) => s64(a.reduce((n, byte, i) => n | (BigInt(byte) << BigInt(8 * i)), 0n))),
);
const one = new OneInstruction();
const result = one.result.bind(one);

describe("two sources", () => {
  test.each(Object.entries(withTwoSources))("%s", (name, meaning) => {
    check(
      fc.property(bits, bits, (a, b) => {
        expect(result(asm(name, { rd: 5, rs1: 6, rs2: 7 }), a, b)).toBe(s64(meaning(a, b)));
      }),
    );
  });
});

describe("one source", () => {
  test.each(Object.entries(withOneSource))("%s", (name, meaning) => {
    check(
      fc.property(bits, (a) => {
        expect(result(asm(name, { rd: 5, rs1: 6 }), a)).toBe(s64(meaning(a)));
      }),
    );
  });
});

describe("immediate", () => {
  test.each(Object.entries(withImmediate))("%s", (name, meaning) => {
    check(
      fc.property(bits, fc.nat(name.endsWith("w") && name !== "slli.uw" ? 31 : 63), (a, imm) => {
        expect(result(asm(name, { rd: 5, rs1: 6, imm }), a)).toBe(s64(meaning(a, BigInt(imm))));
      }),
    );
  });
});
