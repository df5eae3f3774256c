import { describe, expect, test } from "vitest";
import { assembleText } from "../../../tests/support/assemble-text.ts";
import { decode } from "./decoder.ts";
import { disassemble } from "./disassembler.ts";
import { matches, type Pattern, putTogether } from "./pattern.ts";
import { aliasTable, compressedTable, instructionTable } from "./table.ts";

/**
 * For all 16-bit encodings by trying each; for all of 32 bits by the three tests that together leave
 * no word out: no two rows take the same word, and the decoder looks a word up among all rows that
 * could take it; a row's fields and fixed bits cover each bit once, so that a word is its fields;
 * and each field by itself comes back at each of its values, whatever stands in the others. The
 * combinations that are tried besides would show it if the fields were not independent after all.
 */

const pc = 0x8000_0000n;

/** Bits of the fields that assembly text does not show. */
const unshownBits = new Map(
  [...instructionTable, ...compressedTable].map((row) => {
    const shown = row.assembly.replace(/upper|target/, "imm").replace(/zimm|constant/, "rs1");
    const unshown = row.pattern.pieces.filter(
      ({ name }) => !shown.includes(`{${name}`) && name !== "aq" && name !== "rl",
    );
    return [row.mnemonic, unshown.reduce((bits, piece) => bits | fieldOf(piece), 0) >>> 0];
  }),
);

function fieldOf({ shift, width }: Pattern["pieces"][number]): number {
  return ((2 ** width - 1) << shift) >>> 0;
}

/** Why the encoding fails the round trip, or undefined where it is illegal or lossless. */
function loss(bits: number, withText: boolean): string | undefined {
  const decoded = decode(bits);
  if (!decoded) return undefined;
  const { mnemonic, pattern } = decoded.compressed ?? decoded.row;
  const back = putTogether(pattern, decoded.operands);
  if (back !== bits) return `${mnemonic}: ${bits.toString(16)} became ${back.toString(16)}`;
  if (!withText) return undefined;
  const text = disassemble(bits, pc);
  // 5 and 6 are reserved rounding modes; GNU's tools have one word for both.
  if (text.endsWith("unknown")) return undefined;
  const unshown = text.startsWith("mop.r") ? 0 : (unshownBits.get(mnemonic) as number);
  const read = assembleText(text, pc);
  return ((read ^ bits) & ~unshown) >>> 0 === 0
    ? undefined
    : `${text}: ${bits.toString(16)} became ${read.toString(16)}`;
}

function losses(encodings: Iterable<number>, textOf: (index: number) => boolean) {
  const found: string[] = [];
  let legal = 0;
  let count = 0;
  for (const bits of encodings) {
    const lost = loss(bits, textOf(count++));
    if (lost && found.length < 20) found.push(lost);
    if (decode(bits)) legal++;
  }
  return { found, legal, count };
}

function* halfwords(): Generator<number> {
  for (let bits = 0; bits < 0x1_0000; bits++) if ((bits & 3) !== 3) yield bits;
}

/** Each field of each row at zero, one, its highest bit, all but that, and all ones, in all combinations. */
function* extremes(): Generator<number> {
  for (const { pattern } of instructionTable) {
    const fields = pattern.pieces.map((piece) => {
      const full = 2 ** piece.width - 1;
      const values = new Set([0, 1, (full + 1) >>> 1, full >>> 1, full]);
      return [...values].map((value) => (value << piece.shift) >>> 0);
    });
    let words = [pattern.match];
    for (const values of fields) {
      words = words.flatMap((word) => values.map((value) => (word | value) >>> 0));
    }
    yield* words;
  }
}

/** Each field of each row at all of its values, with all zeros and with all ones in the others. */
function* singleFields(isAsked: (width: number) => boolean): Generator<number> {
  for (const { pattern } of [...instructionTable, ...aliasTable]) {
    for (const { shift, width } of pattern.pieces.filter((piece) => isAsked(piece.width))) {
      const own = (((2 ** width - 1) << shift) >>> 0) as number;
      // The two fields of 20 bits have only a register beside them.
      for (const others of width > 12 ? [0] : [0, ~pattern.mask & ~own]) {
        for (let value = 0; value < 2 ** width; value++) {
          yield (pattern.match | others | (value << shift)) >>> 0;
        }
      }
    }
  }
}

/** All values of opcode, funct3, funct7 and rs2, each with `repeats` others of rd and rs1. */
function* stratified(repeats: number): Generator<number> {
  // A linear congruential generator: all that matters is that registers vary and runs are the same.
  let state = 1;
  for (let high = 0; high < 4096; high++) {
    for (let low = 0; low < 256; low++) {
      const fixed = (high << 20) | ((low >>> 5) << 12) | ((low & 31) << 2) | 3;
      for (let n = 0; n < repeats; n++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        yield (fixed | ((state >>> 27) << 15) | (((state >>> 22) & 31) << 7)) >>> 0;
      }
    }
  }
}

describe("decoding is undone by encoding, and disassembly by assembly", () => {
  test("for every 16-bit encoding", () => {
    const { found, legal, count } = losses(halfwords(), () => true);
    expect(found).toEqual([]);
    expect(count).toBe(3 * 2 ** 14);
    expect(legal).toBeGreaterThan(40_000);
  });

  test("for every value of every field of every 32-bit instruction", () => {
    const small = losses(
      singleFields((width) => width <= 12),
      () => true,
    );
    // The upper immediates of `lui` and `auipc`, with a text for some.
    const large = losses(
      singleFields((width) => width > 12),
      (i) => i % 13 === 0,
    );
    for (const { found, legal, count } of [small, large]) {
      expect(found).toEqual([]);
      expect(legal).toBe(count);
    }
    expect(small.count).toBeGreaterThan(2e5);
    expect(large.count).toBe(2 * 2 ** 20);
  }, 60_000);

  test("for all combinations of field extremes of every instruction", () => {
    const { found, legal, count } = losses(extremes(), (i) => i % 5 === 0);
    expect(found).toEqual([]);
    expect(legal).toBe(count);
  });

  test("for two million words with every opcode, funct3, funct7 and second source", () => {
    const { found, legal, count } = losses(stratified(2), (i) => i % 29 === 0);
    expect(found).toEqual([]);
    expect(count).toBe(2 ** 21);
    expect(legal).toBeGreaterThan(2 ** 19);
  });
});

test("the fields and fixed bits of an instruction are all of its bits, each once", () => {
  const wrong = [...instructionTable, ...compressedTable, ...aliasTable].filter(({ pattern }) => {
    const all = pattern.pieces.reduce((sum, piece) => sum + fieldOf(piece), pattern.mask);
    const union = pattern.pieces.reduce((bits, piece) => bits | fieldOf(piece), pattern.mask) >>> 0;
    // Pieces of one operand must not overlap in the operand either.
    const held = pattern.pieces.flatMap(({ name, position, width }) =>
      Array.from({ length: width }, (_, i) => `${name} ${position + i}`),
    );
    const complete = 2 ** pattern.bits - 1;
    return all !== complete || union !== complete || new Set(held).size !== held.length;
  });
  expect(wrong.map(({ mnemonic }) => mnemonic)).toEqual([]);
});

test("the decoder looks for a word among all rows that its opcode and funct3 leave", () => {
  const missed = instructionTable.filter((row) => {
    const { mask, match } = row.pattern;
    return Array.from({ length: 256 }, (_, i) => ((i & 31) << 2) | 3 | ((i >>> 5) << 12)).some(
      (word) =>
        ((word ^ match) & mask & 0x707f) === 0 &&
        decode((match | (word & ~mask)) >>> 0)?.row !== row,
    );
  });
  expect(missed.map(({ mnemonic }) => mnemonic)).toEqual([]);
});

test("no encoding of 32 bits belongs to two instructions, but to a case and the general one", () => {
  const shared = instructionTable.flatMap((a, i) =>
    instructionTable
      .slice(i + 1)
      .filter(({ mnemonic }) => a.caseOf !== mnemonic)
      .filter(({ pattern: b }) => ((a.pattern.match ^ b.match) & a.pattern.mask & b.mask) === 0)
      .map((b) => `${a.mnemonic} and ${b.mnemonic}`),
  );
  expect(shared).toEqual([]);
});

test("a word is illegal exactly where no row of the table matches it", () => {
  const differing: string[] = [];
  let index = 0;
  for (const bits of stratified(1)) {
    if (index++ % 41 !== 0) continue;
    const known = instructionTable.some(({ pattern }) => matches(pattern, bits));
    if (known !== (decode(bits) !== undefined)) differing.push(bits.toString(16));
  }
  expect(differing).toEqual([]);
});

test("assembly text shows every field but reserved ones and numbers in names", () => {
  const short = [...unshownBits].filter(([, bits]) => bits !== 0).map(([mnemonic]) => mnemonic);
  expect(short).toEqual(["fence", "fence.i", "mop.r", "mop.rr"]);
});
