import { describe, expect, test } from "vitest";
import { asm, loadConstant } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { pageOfSamePlace } from "../../../tests/support/page-of-same-place.ts";
import { entryIndexOf, generations, tlbEntries } from "./tlb.ts";

const moreThanAllGenerations = 2 * Math.ceil(generations.end / generations.step);

describe("the place of an entry", () => {
  test("is the same for a page and no other page near it, nor those of arrays side by side", () => {
    const indexOf = (address: bigint) => entryIndexOf(Number(address & 0xffff_ffffn));
    const base = 0x3f_8000_0000n;
    const reach = BigInt(tlbEntries * 4096);
    const pages = Array.from({ length: tlbEntries }, (_, page) => base + BigInt(page) * 4096n);
    expect(new Set(pages.map(indexOf)).size).toBe(tlbEntries);
    expect(indexOf(base + 4095n)).toBe(indexOf(base));
    const arrays = [1n, 2n, 3n, 64n, 128n].map((distance) => base + distance * reach);
    expect(new Set([base, ...arrays].map(indexOf)).size).toBe(1 + arrays.length);
    expect(indexOf(pageOfSamePlace(base))).toBe(indexOf(base));
  });

  test.each([12n, 24n, 31n, 32n, 36n, 39n, 48n, 63n, 64n])(
    "differs for the pages on both sides of 2^%d",
    (power) => {
      const above = 2n ** power;
      const index = (address: bigint) => entryIndexOf(Number(address & 0xffff_ffffn));
      expect(index(above)).not.toBe(index(above - 1n));
    },
  );

  test("of the last page is not that of page 0, where a misaligned load goes on", () => {
    const h = new BareHart();
    const [root, middle, leaves, data] = [0x1_0000, 0x1_1000, 0x1_2000, 0x1_3000].map(
      (offset) => ramBase + offset,
    ) as [number, number, number, number];
    const pointTo = (table: number, target: number, flags: bigint) => {
      const entry = ((BigInt(target) >> 12n) << 10n) | flags;
      h.ram.write(table, new Uint8Array(BigUint64Array.of(entry).buffer));
    };
    pointTo(root, middle, 1n);
    pointTo(middle, leaves, 1n);
    pointTo(leaves, data, 0xcfn);
    h.permitAll();
    h.load([
      asm("csrrw", { rs1: 5, csr: 0x180 }),
      asm("csrrw", { rs1: 6, csr: 0x300 }),
      asm("ld", { rd: 8 }),
      asm("lw", { rd: 9, imm: -3 }),
    ]);
    h.load(["here", asm("jal", { to: "here" })], ramBase + 0x1000);
    h.setX(5, (8n << 60n) | BigInt(root >>> 12));
    const [mprv, supervisor] = [1n << 17n, 1n << 11n];
    h.setX(6, mprv | supervisor);
    h.hart.setWide("mtvec", BigInt(ramBase + 0x1000));
    h.run(4);
    expect(h.hart.wide("mcause")).toBe(13n);
    expect(h.hart.wide("mtval")).toBe(2n ** 64n - 3n);
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
