import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { mostRegionPages, pageBytes } from "../memory/layout.ts";
import { type CodeView, findRegionCode, type RegionCode } from "./region-code.ts";

const add = (imm = 1) => asm("addi", { rd: 10, rs1: 10, imm });
const back = asm("jalr", { rs1: 1 });
const many = (count: number): Line[] => Array.from({ length: count }, () => add());

/** Code at offset 0 of page 0, of which each halfword counts as decoded unless `undecoded` has it. */
function viewOf(
  code: Uint8Array,
  {
    undecoded = new Set<number>(),
    taken = new Set<number>(),
    absent = new Set<number>(),
  }: Partial<Record<"undecoded" | "taken" | "absent", ReadonlySet<number>>> = {},
): CodeView {
  const bytes = new DataView(code.buffer, code.byteOffset, code.length);
  const pages = Math.ceil(code.length / pageBytes);
  return {
    // Frames are in the reverse order, so that a mix-up shows.
    page: (distance) =>
      distance >= 0 && distance < pages && !absent.has(distance)
        ? { records: 0x1_0000 + distance, frame: (pages - 1 - distance) * pageBytes }
        : undefined,
    halfword: (address) => {
      const distance = pages - 1 - Math.floor(address / pageBytes);
      const place = distance * pageBytes + (address % pageBytes);
      // What is not there of the last page is zero.
      return place + 2 <= code.length ? bytes.getUint16(place, true) : 0;
    },
    isTaken: ({ records }, offset) => taken.has((records - 0x1_0000) * pageBytes + offset),
    isDecoded: ({ records }, offset) => {
      const place = (records - 0x1_0000) * pageBytes + offset;
      return place + 4 <= code.length && !undecoded.has(place);
    },
  };
}

function find(lines: readonly Line[], options: Parameters<typeof viewOf>[1] = {}, most = 500) {
  const code = assemble(0, lines);
  const padded = new Uint8Array(Math.ceil(code.length / 4) * 4);
  padded.set(code);
  return findRegionCode(viewOf(padded, options), [0], most);
}

/** Offsets of a region's blocks and how many instructions each has. */
function blocksOf(code: RegionCode | undefined): (readonly [number, number])[] | undefined {
  return (
    code &&
    [...code.blocks.values()]
      .map(({ offset, instructions }) => [offset, instructions.length] as const)
      .sort(([a], [b]) => a - b)
  );
}

describe("finding a region", () => {
  test("follows both ways of a branch, and cuts where one leads into a block", () => {
    const code = find([
      add(),
      "again",
      add(),
      asm("beq", { rs1: 10, to: "again" }),
      add(),
      back,
      add(),
    ]);
    expect(blocksOf(code)).toEqual([
      [0, 1],
      [4, 2],
      [12, 2],
    ]);
    expect(code?.entries).toEqual([0, 4]);
    expect(code?.isWhole).toBe(true);
  });

  test("can be entered where a call comes back to and behind what is one for `step`", () => {
    const code = find([asm("jal", { rd: 1, to: "callee" }), asm("ecall"), back, "callee", back]);
    expect(blocksOf(code)).toEqual([
      [0, 1],
      [4, 1],
      [8, 1],
      [12, 1],
    ]);
    expect(code?.entries).toEqual([0, 4, 8]);
  });

  test("does not follow a computed jump, nor what nobody has executed", () => {
    const lines = [add(), asm("beq", { to: "cold" }), back, add(), "cold", add(), back];
    expect(blocksOf(find(lines, { undecoded: new Set([16]) }))).toEqual([
      [0, 2],
      [8, 1],
    ]);
  });

  test("ends where another region begins, but not at its own start", () => {
    const lines = [add(), add(), add(), back];
    expect(blocksOf(find(lines, { taken: new Set([0, 8]) }))).toEqual([[0, 2]]);
  });

  test("is none where the hot place is one for `step`, no instruction, or not decoded", () => {
    expect(find([asm("wfi"), add()])).toBeUndefined();
    expect(find([0, add()])).toBeUndefined();
    expect(find([add(), add()], { undecoded: new Set([0]) })).toBeUndefined();
    expect(find([add(), add()], { absent: new Set([0]) })).toBeUndefined();
  });

  test("keeps to the limit of instructions, and says so", () => {
    const code = find([...many(50), back], {}, 20);
    expect(blocksOf(code)).toEqual([[0, 20]]);
    expect(code?.isWhole).toBe(false);
  });

  test("cuts blocks that a small budget could not pay for", () => {
    const code = find([...many(250), back]);
    expect(blocksOf(code)).toEqual([
      [0, 100],
      [400, 100],
      [800, 51],
    ]);
  });

  test("cuts at the end of a page, and knows each page by its distance", () => {
    const first = pageBytes / 4 - 3;
    const code = find([asm("jal", { to: "tail" }), ...many(first), "tail", ...many(4), back]);
    expect(blocksOf(code)).toEqual([
      [0, 1],
      [pageBytes - 8, 2],
      [pageBytes, 3],
    ]);
    expect([...(code?.pages ?? [])].map(([distance, page]) => [distance, page.records])).toEqual([
      [0, 0x1_0000],
      [1, 0x1_0001],
    ]);
  });

  test("leaves an instruction that straddles two pages out", () => {
    const first = pageBytes / 4 - 2;
    const lines = [
      asm("jal", { to: "tail" }),
      ...many(first),
      "tail",
      asm("c.addi", { rd: 10, imm: 1 }),
      add(),
      asm("c.jr", { rs1: 1 }),
    ];
    expect(blocksOf(find(lines))).toEqual([
      [0, 1],
      [pageBytes - 4, 1],
    ]);
  });

  test("ends where the next page is not mapped", () => {
    const lines = many(pageBytes / 4 + 10);
    const code = find(lines, { absent: new Set([1]) }, 5000);
    expect(code?.pages.size).toBe(1);
    expect(code?.blocks.has(pageBytes)).toBe(false);
  });

  test("has no more pages than it can have links", () => {
    const jumps: Line[] = [];
    for (let page = 0; page < mostRegionPages + 4; page++) {
      jumps.push(asm("jal", { imm: pageBytes }), ...many(pageBytes / 4 - 1));
    }
    const code = find(jumps);
    expect(code?.pages.size).toBe(mostRegionPages);
    expect(code?.isWhole).toBe(false);
  });

  test("may begin at several places, all of them entries", () => {
    const code = assemble(0, [add(), back, add(), add(), back]);
    const found = findRegionCode(viewOf(code), [0, 8], 500);
    expect(found?.entries).toEqual([0, 8]);
    expect(findRegionCode(viewOf(code), [0, 0x10_0000], 500)).toBeUndefined();
  });

  test("of an instruction within another has both, as execution would", () => {
    // The immediate of the first is a compressed jump to itself.
    const inner = 0xa001;
    const outer = (0x0000_0537 | (inner << 16)) >>> 0;
    const found = findRegionCode(viewOf(assemble(0, [outer, back])), [0, 2], 500);
    expect(blocksOf(found)).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });
});

test("any bytes make a region whose blocks are runs of its instructions, or none", () => {
  const bytes = fc.uint8Array({ minLength: 64, maxLength: 400 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 60 }), (code, most) => {
      const even = code.slice(0, code.length & ~3);
      const found = findRegionCode(viewOf(even), [0], most);
      if (!found) return;
      const places = new Set<number>();
      for (const [place, { offset, instructions, end }] of found.blocks) {
        expect(place).toBe(offset);
        expect(instructions.length).toBeGreaterThan(0);
        let at = offset;
        for (const [i, instruction] of instructions.entries()) {
          expect(instruction.offset).toBe(at);
          places.add(at);
          at += instruction.decoded.bytes;
          if (i < instructions.length - 1) expect(instruction.effect).toBe("plain");
        }
        expect(at).toBe(end);
      }
      expect(places.size).toBeLessThanOrEqual(most);
      for (const entry of found.entries) expect(found.blocks.has(entry)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
