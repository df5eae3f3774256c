import { describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { CodeLibrary, type LibraryRegion } from "./code-library.ts";
import { decodeShape } from "./region-shape.ts";

const ramBytes = 2 ** 20;
const loop = (step: number): Line[] => [
  "outer",
  asm("addi", { rd: 5, imm: 50 }),
  "again",
  asm("addi", { rd: 10, rs1: 10, imm: step }),
  asm("addi", { rd: 5, rs1: 5, imm: -1 }),
  asm("bne", { rs1: 5, to: "again" }),
  asm("jal", { to: "outer" }),
];

function run(h: BareHart, lines: readonly Line[], address: number, steps = 3000) {
  h.load(lines, address);
  h.pc = BigInt(address);
  h.setX(5, 0n);
  h.setX(10, 0n);
  h.run(steps);
  return { sum: h.x(10), ...h.translator?.statistics };
}

describe("what was translated once", () => {
  test("is not translated again where the same code lies elsewhere", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    const first = run(h, loop(1), ramBase);
    const second = run(h, loop(1), ramBase + 0x4000);
    expect(second.sum).toBe(first.sum);
    expect(second.modules).toBe(first.modules);
    expect(second.reused).toBeGreaterThan(first.reused ?? 0);
    const other = run(h, loop(2), ramBase + 0x8000);
    expect(other.sum).toBe(first.sum * 2n);
    expect(other.modules).toBeGreaterThan(second.modules ?? 0);
  });

  test("comes back when a page that was written to is as before", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    const first = run(h, loop(1), ramBase);
    const changed = run(h, loop(3), ramBase);
    const back = run(h, loop(1), ramBase);
    expect(changed.sum).toBe(first.sum * 3n);
    expect(back.sum).toBe(first.sum);
    expect(back.modules).toBe(changed.modules);
  });

  test("is taken over from an earlier monitor, and does what it did there", () => {
    const earlier = new BareHart(ramBytes, { heat: eagerHeat });
    const first = run(earlier, loop(1), ramBase);
    const later = new BareHart(ramBytes, { heat: eagerHeat });
    later.translator?.useKeptCode(earlier.translator?.keepCode() ?? new Uint8Array());
    const second = run(later, loop(1), ramBase + 0x2000);
    expect(second).toMatchObject({ sum: first.sum, modules: 0, bytes: 0 });
    expect(second.reused).toBeGreaterThan(0);
  });

  test("is used only when all of it was executed before, so that no exit is counted less", () => {
    // The interpreter counts what it decodes; a region that ran ahead of it would take that away.
    const earlier = new BareHart(ramBytes, { heat: eagerHeat });
    run(earlier, loop(1), ramBase);
    const kept = earlier.translator?.keepCode() ?? new Uint8Array();
    const counts = [undefined, kept].map((code) => {
      const h = new BareHart(ramBytes, { heat: eagerHeat });
      if (code) h.translator?.useKeptCode(code);
      run(h, loop(1), ramBase);
      return h.hart.exitCount("translate");
    });
    expect(counts[1]).toBe(counts[0]);
  });
});

describe("a library that is full", () => {
  const bitsOf = (number: number) => 0x13 + number * 2 ** 20;
  /** A region of one instruction, which is another one for each number. */
  const regionOf = (number: number): LibraryRegion => ({
    shape: decodeShape(Int32Array.of(1, 0, 1, 0, 1, bitsOf(number))),
    translated: { name: "0", entries: [0], body: { bytes: new Uint8Array(), unlikely: [] } },
    target: undefined,
    instructions: 1,
  });
  function filled(): CodeLibrary {
    const library = new CodeLibrary(3);
    for (const number of [1, 2, 3]) library.add(`${number}`, regionOf(number));
    return library;
  }
  const known = (library: CodeLibrary) =>
    [1, 2, 3, 4].filter((number) => library.candidates(0, bitsOf(number)).length > 0);

  test("forgets what was not used for longest", () => {
    const library = filled();
    library.add("4", regionOf(4));
    expect(known(library)).toEqual([2, 3, 4]);
    expect(library.find("1")).toBe("unknown");
    expect(library.size).toBe(3);
  });

  test("keeps what was found by its shape, or taken of the candidates", () => {
    const library = filled();
    expect(library.find("1")).toMatchObject({ instructions: 1 });
    const [second] = library.candidates(0, bitsOf(2));
    if (second) library.used(second);
    library.add("4", regionOf(4));
    expect(known(library)).toEqual([1, 2, 4]);
  });

  test("never takes back what it has forgotten, because somebody still uses it", () => {
    const library = filled();
    const [first] = library.candidates(0, bitsOf(1));
    library.add("4", regionOf(4));
    if (first) library.used(first);
    expect(known(library)).toEqual([2, 3, 4]);
  });
});
