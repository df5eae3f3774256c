import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { decode } from "./decoder.ts";

/** Zacas (unprivileged manual, chapter "Zacas") against its pseudocode. */
const h = new BareHart();
const cell = ramBase + 0x4000;
const misalignedStore = 6n;
const word = fc.constantFrom(0n, 1n, -1n, 1n << 31n, -1n << 31n, (1n << 32n) | 1n, 5n << 32n);

function inMemory(): bigint[] {
  const bytes = new Uint8Array(16);
  h.ram.read(cell, bytes);
  return [...new BigUint64Array(bytes.buffer)];
}

interface Case {
  readonly memory: readonly [bigint, bigint];
  readonly compare: readonly [bigint, bigint];
  readonly swap: readonly [bigint, bigint];
  readonly rd: number;
  readonly rs2: number;
}

/** Registers rd and rs2 with their successors hold the pairs. */
function execute(mnemonic: string, way: "fast" | "exact", given: Case, address = cell): void {
  const { rd, rs2 } = given;
  h.load([asm(mnemonic, { rd, rs1: 10, rs2 })]);
  h.ram.write(cell, new Uint8Array(BigInt64Array.of(...given.memory).buffer));
  for (let i = 1; i < 32; i++) h.setX(i, BigInt(i));
  given.compare.forEach((value, i) => {
    h.setX(rd + i, value);
  });
  given.swap.forEach((value, i) => {
    h.setX(rs2 + i, value);
  });
  h.setX(0, 0n);
  h.setX(10, BigInt(address));
  h.hart.setWide("mcause", 0n);
  h.hart.setWide("mtvec", BigInt(ramBase + 0x100));
  h.pc = BigInt(ramBase);
  if (way === "fast") h.run(1);
  else h.step();
}

const u64 = (n: bigint) => BigInt.asUintN(64, n);
const pair = fc.tuple(word, word);
const given: fc.Arbitrary<Case> = fc.record({
  memory: pair,
  compare: pair,
  swap: pair,
  rd: fc.constantFrom(0, 4, 6),
  rs2: fc.constantFrom(0, 12, 6),
});

describe.each(["fast", "exact"] as const)("the %s way", (way) => {
  test.each([
    ["amocas.w", 32],
    ["amocas.d", 64],
  ] as const)("%s", (mnemonic, width) => {
    fc.assert(
      fc.property(given, (g) => {
        execute(mnemonic, way, g);
        // rs2 is written after rd where they are one register.
        const swap = g.rs2 === 0 ? 0n : g.swap[0];
        const compare = g.rd === 0 ? 0n : g.rd === g.rs2 ? swap : g.compare[0];
        const part = (n: bigint) => BigInt.asUintN(width, n);
        const old = u64(g.memory[0]);
        const isSame = part(old) === part(compare);
        const now = isSame ? old - part(old) + part(swap) : old;
        expect(inMemory()).toEqual([now, u64(g.memory[1])]);
        const result = g.rd === 0 ? 0n : u64(BigInt.asIntN(width, old));
        expect(h.x(g.rd)).toBe(result);
      }),
      { numRuns: 300 },
    );
  });

  test("amocas.q", () => {
    fc.assert(
      fc.property(given, (g) => {
        execute("amocas.q", way, g);
        const swap = g.rs2 === 0 ? [0n, 0n] : g.swap;
        const compare = g.rd === 0 ? [0n, 0n] : g.rd === g.rs2 ? swap : g.compare;
        const isSame = g.memory.every((value, i) => value === compare[i]);
        expect(inMemory()).toEqual((isSame ? swap : g.memory).map(u64));
        if (g.rd !== 0) expect([h.x(g.rd), h.x(g.rd + 1)]).toEqual(g.memory.map(u64));
        else
          expect([h.x(0), h.x(1)]).toEqual([0n, g.rs2 === 0 ? u64(g.swap[1]) : u64(g.compare[1])]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["amocas.w", 2],
    ["amocas.d", 4],
    ["amocas.q", 8],
  ])("%s of a misaligned address traps and changes nothing", (mnemonic, offset) => {
    const start: Case = { memory: [7n, 8n], compare: [7n, 8n], swap: [1n, 2n], rd: 4, rs2: 12 };
    execute(mnemonic, way, start, cell + offset);
    expect(h.hart.wide("mcause")).toBe(misalignedStore);
    expect([...inMemory(), h.x(4), h.x(5)]).toEqual([7n, 8n, 7n, 8n]);
  });
});

test("pairs that begin with an odd register are reserved", () => {
  const bits = 0x2805_402f;
  expect(decode(bits)?.row.mnemonic).toBe("amocas.q");
  expect(decode(bits | (1 << 7))).toBeUndefined();
  expect(decode(bits | (1 << 20))).toBeUndefined();
});
