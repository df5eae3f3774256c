import { describe, expect, test } from "vitest";
import { asm, loadConstant } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { pageOfSamePlace } from "../../../tests/support/page-of-same-place.ts";
import { entryIndexOf, generations, tlbEntries } from "./tlb.ts";

const moreThanAllGenerations = 2 * Math.ceil(generations.end / generations.step);

describe("the place of an entry", () => {
  test("is the same for a page and no other page near it, nor those of arrays side by side", () => {
    const indexOf = (address: bigint) =>
      entryIndexOf(Number(address & 0xffff_ffffn), Number(address >> 32n));
    const base = 0x3f_8000_0000n;
    const reach = BigInt(tlbEntries * 4096);
    const pages = Array.from({ length: tlbEntries }, (_, page) => base + BigInt(page) * 4096n);
    expect(new Set(pages.map(indexOf)).size).toBe(tlbEntries);
    expect(indexOf(base + 4095n)).toBe(indexOf(base));
    const arrays = [1n, 2n, 4n, 64n, 1024n].map((distance) => base + distance * reach);
    expect(new Set([base, ...arrays].map(indexOf)).size).toBe(1 + arrays.length);
    expect(indexOf(pageOfSamePlace(base))).toBe(indexOf(base));
  });

  test("lets large arrays at equal distances be walked together", () => {
    const h = new BareHart(64 * 2 ** 20);
    const rounds = 100;
    const distance = tlbEntries * 4096;
    h.load([
      ...loadConstant(5, ramBase + 0x8000),
      ...loadConstant(6, ramBase + 0x8000 + distance),
      ...loadConstant(8, ramBase + 0x8000 + 2 * distance),
      ...loadConstant(7, rounds),
      "again",
      asm("ld", { rd: 9, rs1: 5 }),
      asm("ld", { rd: 9, rs1: 6 }),
      asm("sd", { rs1: 8, rs2: 9 }),
      asm("addi", { rd: 7, rs1: 7, imm: -1 }),
      asm("bne", { rs1: 7, to: "again" }),
    ]);
    h.run(20 + 5 * rounds);
    expect(h.x(7)).toBe(0n);
    expect(h.hart.exitCount("mmu.fill")).toBeLessThan(10);
  });
});

describe("flushing", () => {
  test("any number of flushes leaves no translation behind", () => {
    const h = new BareHart();
    const program = [
      ...loadConstant(5, ramBase + 0x8000),
      ...loadConstant(7, moreThanAllGenerations),
      "again",
      asm("ld", { rd: 6, rs1: 5 }),
      asm("sfence.vma"),
      asm("addi", { rd: 7, rs1: 7, imm: -1 }),
      asm("bne", { rs1: 7, to: "again" }),
    ];
    h.load(program);
    h.run(6 + 4 * moreThanAllGenerations);
    expect(h.x(7)).toBe(0n);
    // Each round misses for the load and for the code after the fence.
    expect(h.hart.exitCount("mmu.fill")).toBeGreaterThanOrEqual(2 * moreThanAllGenerations);
    expect(h.hart.exitCount("mmu.flush")).toBe(moreThanAllGenerations);
  });

  test.each([-1n, -8n, -4096n, 0xfffn, 0xff8n, 2n ** 63n - 1n])(
    "address %d hits no entry that was never filled, in any generation",
    (address) => {
      const h = new BareHart();
      h.load([
        "again",
        asm("sfence.vma"),
        // Executed the exact way, for its fetch misses: the load after it is tried the fast way.
        asm("addi"),
        asm("ld", { rd: 6, rs1: 5 }),
        asm("jal", { to: "again" }),
      ]);
      h.load(
        [
          asm("csrrs", { rd: 8, csr: 0x341 }),
          asm("addi", { rd: 8, rs1: 8, imm: 4 }),
          asm("csrrw", { rs1: 8, csr: 0x341 }),
          asm("addi", { rd: 7, rs1: 7, imm: 1 }),
          asm("mret"),
        ],
        ramBase + 0x1000,
      );
      h.hart.setWide("mtvec", BigInt(ramBase + 0x1000));
      h.setX(5, address);
      h.run(9 * moreThanAllGenerations);
      expect(h.x(7)).toBe(BigInt(moreThanAllGenerations));
      expect(h.hart.wide("mcause")).toBe(5n);
      expect(h.hart.wide("mtval")).toBe(BigInt.asUintN(64, address));
    },
  );
});
