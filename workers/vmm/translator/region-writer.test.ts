import { describe, expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { failingCompiler } from "../../../tests/support/failing-compiler.ts";
import { compiler } from "../../host/compiler.ts";
import { type CodeView, findRegionCode } from "./region-code.ts";
import { encodeShape } from "./region-shape.ts";
import { RegionWriter } from "./region-writer.ts";

const target = { memoryPages: 2048, entryOperation: 5 };

function shapeOf(lines: readonly Line[], mostInstructions = 500): Int32Array {
  const code = assemble(0, lines);
  const bytes = new DataView(code.buffer, code.byteOffset, code.length);
  const view: CodeView = {
    page: (distance) => (distance >= 0 ? { records: distance, frame: distance * 4096 } : undefined),
    halfword: (at) => (at + 2 <= code.length ? bytes.getUint16(at, true) : 0),
    isTaken: () => false,
    isDecoded: ({ frame }, offset) => frame + offset + 4 <= code.length,
  };
  const found = findRegionCode(view, [0], mostInstructions);
  if (!found) throw new Error("no region begins there");
  return encodeShape(found);
}

const small = shapeOf(["a", asm("addi", { rd: 5, rs1: 5, imm: 1 }), asm("jal", { to: "a" })]);
/** Each branch leads to a place behind all others, where the paths from before join. */
const depth = 1750;
const deep = shapeOf(
  [
    ...Array.from({ length: depth }, (_, i): Line[] => [
      asm("bne", { rs1: 5, to: `next ${i}` }),
      asm("jal", { to: `end ${i}` }),
      `next ${i}`,
    ]).flat(),
    ...Array.from({ length: depth }, (_, i): Line[] => [
      `end ${depth - 1 - i}`,
      asm("addi", { rd: 5, rs1: 5, imm: 1 }),
    ]).flat(),
    asm("jalr", { rs1: 1 }),
  ],
  100_000,
);

describe("writing regions", () => {
  test("makes one module of several shapes", () => {
    const answers = new RegionWriter(compiler, target).write([
      { id: 7, shape: small },
      { id: 8, shape: small },
    ]);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.module).toBeDefined();
    expect(answers[0]?.regions.map(({ id, region }) => [id, region?.entries])).toEqual([
      [7, [0]],
      [8, [0]],
    ]);
  });

  test("leaves out what is nested deeper than the host's stack, and nothing else", () => {
    const answers = new RegionWriter(compiler, target).write([
      { id: 1, shape: small },
      { id: 2, shape: deep },
      { id: 3, shape: small },
    ]);
    const regions = new Map(answers.flatMap((answer) => answer.regions.map((r) => [r.id, r])));
    expect([...regions.keys()].sort()).toEqual([1, 2, 3]);
    expect(regions.get(2)?.region).toBeUndefined();
    expect(regions.get(1)?.region).toBeDefined();
    expect(regions.get(3)?.region).toBeDefined();
  });

  test("tries each region alone where the host refuses them together", () => {
    const refusing = failingCompiler(compiler, (module) => module === 0 || module === 2);
    const answers = new RegionWriter(refusing, target).write([
      { id: 1, shape: small },
      { id: 2, shape: small },
    ]);
    expect(answers.map(({ module }) => module !== undefined)).toEqual([true, false]);
  });

  test("is refused by nothing for a shape that is no shape: it is left out", () => {
    const [answer] = new RegionWriter(compiler, target).write([
      { id: 1, shape: Int32Array.of(1, 2, 3) },
    ]);
    expect(answer).toMatchObject({ module: undefined, regions: [{ id: 1, region: undefined }] });
  });
});
