import { describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";

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
