import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { codeShapes } from "../../../tests/support/code-shapes.ts";
import type { Failure } from "../base/failure.ts";
import { type CodeView, findRegionCode } from "./region-code.ts";
import {
  decodeShape,
  distancesOf,
  encodeShape,
  outlineOf,
  shapeKey,
  shapeWords,
} from "./region-shape.ts";

/** Everything there was executed before, at whatever address its records are. */
function shapeOf(lines: readonly Line[], records: number, starts: readonly number[] = [0]) {
  const code = assemble(0, lines);
  const bytes = new DataView(code.buffer, code.byteOffset, code.length);
  const view: CodeView = {
    page: (distance) => (distance === 0 ? { records, frame: 0 } : undefined),
    halfword: (at) => (at + 2 <= code.length ? bytes.getUint16(at, true) : 0),
    isTaken: () => false,
    isDecoded: (_page, offset) => offset + 4 <= code.length,
  };
  const found = findRegionCode(view, starts, 500);
  if (!found) throw new Error("no region begins there");
  return found;
}

/** What comes back, or the code of the failure. */
function outcomeOf<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    return (error as Failure).code;
  }
}

const loop: readonly Line[] = [
  "again",
  asm("addi", { rd: 5, rs1: 5, imm: 1 }),
  asm("bne", { rs1: 5, rs2: 6, to: "again" }),
  asm("addi", { rd: 7, imm: 1 }),
  asm("jal", { to: "again" }),
];

describe("the shape of a region", () => {
  test.each(Object.entries(codeShapes))("of the %s is the same from its words", (_name, lines) => {
    const shape = shapeOf(lines, 0x1000);
    const again = decodeShape(encodeShape(shape));
    expect([...again.blocks]).toEqual([...shape.blocks]);
    expect(again.entries).toEqual(shape.entries);
    expect(distancesOf(again)).toEqual([...shape.pages.keys()].sort((a, b) => a - b));
    expect(encodeShape(again)).toEqual(encodeShape(shape));
    expect(shapeWords(shapeKey(encodeShape(shape)))).toEqual(encodeShape(shape));
  });

  test.each(Object.entries(codeShapes))(
    "of the %s says in its outline what it has",
    (_name, lines) => {
      const { blocks, entries, ...shape } = shapeOf(lines, 0x1000);
      const outline = outlineOf(encodeShape({ ...shape, blocks, entries }));
      const all = [...blocks.values()].flatMap(({ instructions }) => instructions);
      expect(outline.instructions).toBe(all.length);
      expect([...outline.starts]).toEqual(
        entries.map((place) => [place, blocks.get(place)?.instructions[0]?.bits]),
      );
    },
  );

  test("does not depend on where the code lies, but on each of its instructions", () => {
    const key = (lines: readonly Line[], records: number) =>
      shapeKey(encodeShape(shapeOf(lines, records)));
    expect(key(loop, 0x1000)).toBe(key(loop, 0x8000));
    const other = loop.with(1, asm("addi", { rd: 5, rs1: 5, imm: 2 }));
    expect(key(other, 0x1000)).not.toBe(key(loop, 0x1000));
  });

  // A worker that met them in another order compiled the same code once more.
  test("does not depend on which of its hot places was found first", () => {
    const key = (starts: readonly number[]) => shapeKey(encodeShape(shapeOf(loop, 0, starts)));
    expect(key([8, 0])).toBe(key([0, 8]));
    // The loop's head is an entry as it is.
    expect(key([8])).toBe(key([0, 8]));
  });

  test("keeps an instruction that leaves each time apart from one that does not", () => {
    const shape = shapeOf(loop, 0);
    const blocks = new Map(
      [...shape.blocks].map(([place, block]) => {
        const instructions = block.instructions.map((each) =>
          each.offset === 8 ? { ...each, effect: "leave" as const } : each,
        );
        return [place, { ...block, instructions }];
      }),
    );
    const words = encodeShape({ ...shape, blocks });
    expect(words).not.toEqual(encodeShape(shape));
    const decoded = [...decodeShape(words).blocks.values()].flatMap((block) => block.instructions);
    expect(decoded.find(({ offset }) => offset === 8)?.effect).toBe("leave");
    expect(decoded.filter(({ effect }) => effect === "leave")).toHaveLength(1);
  });

  test("is refused where its words are damaged, and never believed beyond its end", () => {
    const words = encodeShape(shapeOf(loop, 0));
    for (let length = 0; length < words.length; length++) {
      expect(() => decodeShape(words.slice(0, length))).toThrow("damaged");
    }
    const place = fc.nat(words.length - 1);
    fc.assert(
      fc.property(place, fc.integer(), (at, value) => {
        const changed = words.with(at, value);
        const outlined = outcomeOf(() => outlineOf(changed));
        try {
          expect(encodeShape(decodeShape(changed)).length).toBeLessThanOrEqual(changed.length);
          expect(outlined).not.toBe("region-shape-damaged");
        } catch (error) {
          expect(error).toMatchObject({ code: "region-shape-damaged" });
        }
      }),
    );
  });
});
