import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "./decoder.ts";
import { matches, takeApart } from "./pattern.ts";
import { compressedTable, instructionTable } from "./table.ts";

const halfwords = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter((n) => (n & 3) !== 3);
const anyFullLength = fc.nat(2 ** 32 - 1).map((word) => (word | 3) >>> 0);
/** Random words rarely mean anything: most are made from a row with its free bits at random. */
const likelyFullLength = fc
  .tuple(fc.constantFrom(...instructionTable), fc.nat(2 ** 32 - 1))
  .map(([{ pattern }, free]) => ((free & ~pattern.mask) | pattern.match) >>> 0);

describe("compressed encodings", () => {
  const claims = (bits: number) =>
    compressedTable.filter(
      ({ pattern, where }) => matches(pattern, bits) && where(takeApart(pattern, bits)),
    );

  test("no halfword belongs to two rows", () => {
    const disputed = halfwords.filter((bits) => claims(bits).length > 1);
    expect(disputed).toEqual([]);
  });

  test("the decoder finds the one row of every halfword, or nothing", () => {
    const wrong = halfwords.filter((bits) => decode(bits)?.compressed !== claims(bits)[0]);
    expect(wrong).toEqual([]);
  });

  test("every halfword abbreviates an instruction with operands that this one can encode", () => {
    const wrong = halfwords.filter((bits) => {
      const decoded = decode(bits);
      if (!decoded) return false;
      const { pattern } = decoded.row;
      const stated = Object.entries(decoded.operands).filter(([, value]) => value !== 0);
      return !stated.every(([name]) => pattern.fields.has(name as never));
    });
    expect(wrong).toEqual([]);
  });

  // Unprivileged manual, tables 27.5 to 27.7: what they call reserved.
  test.each([
    ["all zeros", 0x0000],
    ["c.addi4spn without an immediate", 0x0004],
    ["quadrant 0, funct3 100, what Zcb leaves over", 0x8c40],
    ["c.addiw to x0", 0x2001],
    ["c.addi16sp without an immediate", 0x6101],
    ["c.lui without an immediate", 0x6201],
    ["c.subw's neighbours", 0x9c79],
    ["c.lwsp to x0", 0x4002],
    ["c.ldsp to x0", 0x6002],
    ["c.jr through x0", 0x8002],
  ])("%s is illegal", (_, bits) => {
    expect(decode(bits)).toBeUndefined();
  });

  test("only the low halfword counts", () => {
    expect(decode(0xffff_0001)).toEqual(decode(0x0001));
  });
});

describe("32-bit encodings", () => {
  test("no two rows of the table match the same bits, but a case of a more general one", () => {
    const overlapping = instructionTable.flatMap((a, i) =>
      instructionTable
        .slice(i + 1)
        .filter(
          (b) =>
            a.caseOf !== b.mnemonic &&
            ((a.pattern.match ^ b.pattern.match) & a.pattern.mask & b.pattern.mask) === 0,
        )
        .map((b) => `${a.mnemonic} and ${b.mnemonic}`),
    );
    expect(overlapping).toEqual([]);
  });

  test("the decoder finds the row that a search of the whole table finds", () => {
    fc.assert(
      fc.property(fc.oneof(anyFullLength, likelyFullLength), (bits) => {
        const row = instructionTable.find(({ pattern }) => matches(pattern, bits));
        const decoded = decode(bits);
        expect(decoded?.row).toBe(row);
        if (!row || !decoded) return;
        expect(instructionTable[decoded.index]).toBe(row);
        expect(decoded.operands).toEqual(takeApart(row.pattern, bits));
        expect(decoded.bytes).toBe(4);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["all ones", 0xffff_ffff],
    ["addi's opcode with another funct7 for srli", 0x8000_5013],
    ["slliw with bit 25 set", 0x0200_101b],
    ["an amo of 16 bits", 0x0000_102f],
    ["lr with a second source", 0x1010_a02f],
    ["ecall with a destination", 0x0000_00f3],
    ["uret", 0x0020_0073],
    ["a float format of 128 bits", 0x0600_0053],
  ])("%s is illegal", (_, bits) => {
    expect(decode(bits)).toBeUndefined();
  });
});

test("every mnemonic names one row, and what is compressed abbreviates one of them", () => {
  const names = instructionTable.map((row) => row.mnemonic);
  const short = compressedTable.map((row) => row.mnemonic);
  expect(new Set([...names, ...short]).size).toBe(names.length + short.length);
  expect(compressedTable.filter((row) => !names.includes(row.base))).toEqual([]);
});
