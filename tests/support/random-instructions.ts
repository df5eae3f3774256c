import fc from "fast-check";
import { putTogether, takeApart } from "../../workers/vmm/isa/pattern.ts";
import { compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";

/**
 * 32 bits of code: any row of the table with any operands, but mostly registers 1 to 7 and small
 * offsets, so that instructions meet each other; now and then two compressed ones.
 */
const fullLength = fc
  .tuple(
    fc.constantFrom(...instructionTable),
    fc.nat(2 ** 32 - 1),
    fc.nat(6),
    fc.nat(6),
    fc.boolean(),
  )
  .map(([{ pattern }, free, rd, rs1, isWild]) => {
    const bits = ((free & ~pattern.mask) | pattern.match) >>> 0;
    if (isWild) return bits;
    const operands = takeApart(pattern, bits);
    const isShort = pattern.fields.has("rs1") && pattern.fields.has("imm");
    const imm = isShort ? (operands.imm << 25) >> 25 : operands.imm;
    return putTogether(pattern, { ...operands, rd: rd + 1, rs1: rs1 + 1, imm });
  });

const compressedPair = fc
  .tuple(
    fc.constantFrom(...compressedTable),
    fc.constantFrom(...compressedTable),
    fc.nat(2 ** 32 - 1),
  )
  .map(([a, b, free]) => {
    const half = ({ pattern }: typeof a, bits: number) =>
      (bits & ~pattern.mask & 0xffff) | pattern.match;
    return (half(a, free) | (half(b, free >>> 16) << 16)) >>> 0;
  });

/** Random programs of so many words. */
export function randomInstructions(words: number): fc.Arbitrary<number[]> {
  const word = fc.oneof(
    { weight: 4, arbitrary: fullLength },
    { weight: 1, arbitrary: compressedPair },
  );
  return fc.array(word, { minLength: words, maxLength: words });
}
