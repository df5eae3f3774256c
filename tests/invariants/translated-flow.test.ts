import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, type Line } from "../support/assembler.ts";
import { BareHart, ramBase } from "../support/bare-hart.ts";
import { eagerHeat } from "../support/eager-heat.ts";

/**
 * Any flow of control at all: blocks that go on to any others, by branches on data, jumps, calls and
 * returns. Loops come with several heads, heads with several loops, and ways into the middle; what
 * is structured for WebAssembly must go where the interpreter goes.
 */
const [sum, left, state, scratch, multiplier, link] = [10, 6, 7, 28, 29, 1] as const;
const steps = 6000;
const jumps = 700;

interface Block {
  readonly kind: "branch" | "jump" | "call" | "return" | "device";
  readonly bit: number;
  readonly to: number;
  readonly other: number;
}

function program(blocks: readonly Block[]): Line[] {
  const name = (n: number) => `block ${n % blocks.length}`;
  const lines: Line[] = [
    asm("lui", { rd: multiplier, imm: 0x41c6_5000 }),
    asm("addi", { rd: multiplier, rs1: multiplier, imm: 0x64d - 0x1000 + 0xa00 }),
    asm("addi", { rd: left, imm: jumps }),
  ];
  blocks.forEach(({ kind, bit, to, other }, n) => {
    lines.push(
      name(n),
      asm("addi", { rd: sum, rs1: sum, imm: n + 1 }),
      asm("slli", { rd: scratch, rs1: sum, imm: 1 }),
      asm("xor", { rd: sum, rs1: sum, rs2: scratch }),
      asm("mul", { rd: state, rs1: state, rs2: multiplier }),
      asm("addi", { rd: state, rs1: state, imm: 1021 }),
      asm("addi", { rd: left, rs1: left, imm: -1 }),
      asm("bne", { rs1: left, to: `on ${n}` }),
      asm("jal", { to: "end" }),
      `on ${n}`,
    );
    if (kind === "device") {
      lines.push(asm("lui", { rd: scratch, imm: 0x1000_0000 }));
      lines.push(asm("lw", { rd: scratch, rs1: scratch }));
      lines.push(asm("add", { rd: sum, rs1: sum, rs2: scratch }));
    }
    lines.push(asm("srli", { rd: scratch, rs1: state, imm: 12 + bit }));
    lines.push(asm("andi", { rd: scratch, rs1: scratch, imm: 1 }));
    lines.push(asm("bne", { rs1: scratch, to: name(to) }));
    if (kind === "call") lines.push(asm("jal", { rd: link, to: name(other) }));
    if (kind === "return") {
      lines.push(asm("beq", { rs1: link, to: name(other) }), asm("jalr", { rs1: link }));
    }
    if (kind === "jump" || kind === "device") lines.push(asm("jal", { to: name(other) }));
  });
  lines.push(asm("jal", { to: name(0) }), "end", asm("jal", { to: "end" }));
  return lines;
}

function stateAfter(h: BareHart, lines: readonly Line[], seed: number, slices: readonly number[]) {
  let reads = 0;
  h.deviceLoad = () => reads++ & 7;
  h.load(lines);
  for (let register = 1; register < 32; register++) h.setX(register, 0n);
  h.setX(state, BigInt(seed));
  h.pc = BigInt(ramBase);
  for (let done = 0, n = 0; done < steps; n++) {
    const slice = Math.min(steps - done, slices[n % slices.length] ?? steps);
    h.run(slice);
    done += slice;
  }
  return { ...h.hart.architecturalState(), reads };
}

const block = fc.record({
  kind: fc.constantFrom<Block["kind"][]>(
    "branch",
    "branch",
    "jump",
    "jump",
    "call",
    "return",
    "device",
  ),
  bit: fc.nat(20),
  to: fc.nat(40),
  other: fc.nat(40),
});
const slices = fc.array(fc.integer({ min: 100, max: 3000 }), { minLength: 1, maxLength: 4 });

describe("translated control flow", () => {
  // Looks at different distances find loops at different places of theirs.
  test.each([1, 7, 20, 60])(
    "goes where the interpreter goes, looked at each %i steps",
    (interval) => {
      fc.assert(
        fc.property(
          fc.array(block, { minLength: 2, maxLength: 28 }),
          fc.nat(0xffff),
          slices,
          (blocks, seed, cuts) => {
            const lines = program(blocks);
            const interpreted = stateAfter(new BareHart(), lines, seed, [steps]);
            const heat = { ...eagerHeat, interval };
            const translated = new BareHart(2 ** 20, { heat });
            expect(stateAfter(translated, lines, seed, cuts)).toEqual(interpreted);
            expect(translated.translator?.statistics.failed).toBe(0);
          },
        ),
        { numRuns: Number(process.env.FLOW_CASES ?? 12) },
      );
    },
    60_000,
  );

  // A router whose head stands behind another router has to say that the head is meant.
  test("keeps two loops with one head and several entries apart", () => {
    const kinds = { r: "return", j: "jump", b: "branch", c: "call" } as const;
    const graph: (readonly [keyof typeof kinds, number, number, number])[] = [
      ...([
        ["r", 15, 1, 0],
        ["j", 4, 9, 2],
        ["j", 1, 0, 2],
        ["b", 9, 11, 9],
      ] as const),
      ...([
        ["r", 16, 2, 9],
        ["b", 10, 5, 5],
        ["b", 19, 3, 5],
        ["c", 15, 4, 5],
      ] as const),
      ...([
        ["j", 3, 7, 6],
        ["j", 7, 6, 5],
        ["j", 9, 7, 11],
        ["j", 10, 9, 10],
      ] as const),
    ];
    const lines = program(
      graph.map(([kind, bit, to, other]) => ({ kind: kinds[kind], bit, to, other })),
    );
    const seed = 12_276;
    const interpreted = stateAfter(new BareHart(), lines, seed, [steps]);
    const translated = new BareHart(2 ** 20, { heat: { ...eagerHeat, interval: 1 } });
    expect(stateAfter(translated, lines, seed, [700, 1500])).toEqual(interpreted);
  });
});
