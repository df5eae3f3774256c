import { expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { findRegionCode } from "./region-code.ts";

const add = asm("addi", { rd: 8, rs1: 8, imm: 1 });
const branch = (to: string) => asm("bne", { rs1: 8, to });
const end = asm("jalr", { rs1: 1 });

/** Where the region of some code is entered that was found at hot places. */
function placesOf(lines: readonly Line[], ...starts: number[]): number[] {
  const code = assemble(0, lines);
  const bytes = new DataView(code.buffer);
  const view = {
    page: (distance: number) => (distance === 0 ? { records: 1, frame: 0 } : undefined),
    halfword: (at: number) => (at + 2 <= code.length ? bytes.getUint16(at, true) : 0),
    isTaken: () => false,
    isDecoded: (_: unknown, offset: number) => offset + 4 <= code.length,
  };
  const region = findRegionCode(view, starts, 500);
  if (!region) throw new Error("there is no region");
  return [...region.entries].sort((a, b) => a - b);
}

test("a region is entered at its hot place and at the heads of its loops", () => {
  expect(placesOf(["again", add, branch("again"), end], 0)).toEqual([0]);
  expect(placesOf([add, "again", add, branch("again"), end], 0)).toEqual([0, 4]);
  const nested = [add, "outer", add, "inner", add, branch("inner"), branch("outer"), end];
  expect(placesOf(nested, 0)).toEqual([0, 4, 8]);
});

test("a hot place in the middle of a loop is none of its entries: it comes by the head soon", () => {
  const loop = [
    "again",
    add,
    asm("beq", { rs1: 8, to: "skip" }),
    add,
    "skip",
    branch("again"),
    end,
  ];
  expect(placesOf(loop, 8)).toEqual([0]);
  const nested: Line[] = ["outer", add, "inner", add, asm("beq", { rs1: 8, to: "skip" }), add];
  nested.push("skip", branch("inner"), branch("outer"), end);
  expect(placesOf(nested, 12)).toEqual([4]);
  expect(placesOf([add, ...nested], 16)).toEqual([8]);
  expect(placesOf([add, ...nested], 0, 16)).toEqual([0, 4, 8]);
});

test("a loop with two jumps back has its entry where all rounds come by", () => {
  const loop = ["first", add, "second", add, asm("beq", { rs1: 8, to: "second" }), branch("first")];
  expect(placesOf([...loop, end], 0)).toEqual([4]);
  const arms: Line[] = [asm("jal", { to: "head" }), "arm", add, "head", add, branch("arm")];
  expect(placesOf([...arms, branch("head"), end], 0)).toEqual([0, 8]);
});

test("where execution is to come back is an entry wherever it is", () => {
  const code = ["again", add, add, add, branch("again"), end];
  expect(placesOf(code, 0)).toEqual([0]);
  expect(placesOf(code, 4)).toEqual([0]);
});

test("where execution comes back from a call is an entry wherever it is", () => {
  const calling: Line[] = ["again", add, asm("jalr", { rd: 1, rs1: 9 }), add, branch("again"), end];
  expect(placesOf(calling, 0)).toContain(8);
});
