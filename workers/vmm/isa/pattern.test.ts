import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matches, type Pattern, parsePattern, putTogether, takeApart } from "./pattern.ts";
import { compressedTable, instructionTable } from "./table.ts";

const rows = [...instructionTable, ...compressedTable];

/** Any encoding that the pattern matches. */
const encodings = ({ mask, match, bits }: Pattern) =>
  fc
    .nat(2 ** bits - 1)
    .map((free) => ((free & ~mask) | match) >>> 0)
    .map((word) => (bits === 16 ? word & 0xffff : word));

describe("taking an encoding apart and putting it together", () => {
  test.each(rows.map((row) => [row.mnemonic, row.pattern] as const))(
    "is lossless for %s",
    (_, p) => {
      fc.assert(
        fc.property(encodings(p), (encoding) => {
          expect(matches(p, encoding)).toBe(true);
          expect(putTogether(p, takeApart(p, encoding))).toBe(encoding);
        }),
        { numRuns: 30 },
      );
    },
  );
});

describe("the pieces of a pattern", () => {
  test.each(rows.map((row) => [row.mnemonic, row.pattern] as const))(
    "cover every bit of %s once, together with the literals",
    (_, { mask, bits, pieces }) => {
      let covered = BigInt(mask);
      for (const { shift, width } of pieces) {
        const piece = ((1n << BigInt(width)) - 1n) << BigInt(shift);
        expect(covered & piece).toBe(0n);
        covered |= piece;
      }
      expect(covered).toBe((1n << BigInt(bits)) - 1n);
    },
  );
});

test("`imm` is signed by its highest bit, `uimm` is not", () => {
  const signed = parsePattern("imm[11:0] rs1 000 rd 0010011");
  const unsigned = parsePattern("000000 uimm[5:0] rs1 001 rd 0010011");
  expect(takeApart(signed, 0x8000_0013).imm).toBe(-2048);
  expect(takeApart(signed, 0x7ff0_0013).imm).toBe(2047);
  expect(takeApart(unsigned, 0x03f0_1013).imm).toBe(63);
});

test("the bits of a scattered immediate come to their places", () => {
  const jump = parsePattern("imm[20|10:1|11|19:12] rd 1101111");
  expect(takeApart(jump, 0x8000_006f).imm).toBe(-(2 ** 20));
  expect(takeApart(jump, 0x0010_006f).imm).toBe(2 ** 11);
  expect(takeApart(jump, 0x0000_106f).imm).toBe(2 ** 12);
  expect(takeApart(jump, 0x0020_006f).imm).toBe(2);
});

test("three-bit registers are x8 to x15", () => {
  const pattern = parsePattern("100 0 11 rd' 00 rs2' 01");
  expect(takeApart(pattern, 0x8c01)).toMatchObject({ rd: 8, rs2: 8 });
  expect(takeApart(pattern, 0x8f9d)).toMatchObject({ rd: 15, rs2: 15 });
});

test("a pattern of another length or with an unknown token is refused", () => {
  expect(() => parsePattern("00000 rd 0010011")).toThrow("has 17 bits");
  expect(() => parsePattern("rd rx 0010011")).toThrow("unknown token rx");
});
