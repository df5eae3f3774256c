import { describe, expect, test } from "vitest";
import { asm, assemble, encode, loadConstant } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { codePagesFor, codePoolPages, pageBytes } from "../memory/layout.ts";
import type { CodeShare } from "./code-cache.ts";

const h = new BareHart(16 * 2 ** 20);
const add = (imm: number) => asm("addi", { rd: 10, rs1: 10, imm });

/** A fresh stretch of RAM for each test, so that nothing is decoded yet. */
let next = ramBase;
function fresh(bytes = 4 * pageBytes): number {
  const address = next;
  next += bytes;
  return address;
}

function runAt(address: number, steps: number): bigint {
  h.setX(10, 0n);
  h.pc = BigInt(address);
  h.run(steps);
  return h.x(10);
}

describe("code that changes", () => {
  test.each(["sb", "sh", "sw", "sd"])("is executed as it is after a store by %s", (store) => {
    const at = fresh();
    h.load([add(1), add(2), add(4)], at);
    expect(runAt(at, 3)).toBe(7n);
    // The second instruction becomes addi a0, a0, 33: one byte differs.
    const changed = BigInt(encode(add(2 + 32)));
    const bytes = { sb: 1, sh: 2, sw: 4, sd: 8 }[store] as number;
    const whole = changed | (BigInt(encode(add(4))) << 32n);
    const place = bytes === 8 ? 4 : 4 + 4 - Math.min(4, bytes);
    const value = bytes === 8 ? whole : changed >> BigInt(8 * (4 - bytes));
    h.setX(5, BigInt(at + place));
    h.setX(6, value);
    const elsewhere = fresh();
    h.load([asm(store, { rs1: 5, rs2: 6 })], elsewhere);
    runAt(elsewhere, 1);
    expect(runAt(at, 3)).toBe(39n);
  });

  test("is executed as it is after it wrote over itself, in the page where it runs", () => {
    const at = fresh();
    h.load(
      [
        ...loadConstant(6, encode(add(32))),
        asm("auipc", { rd: 5 }),
        add(1),
        "target",
        add(1),
        asm("sw", { rs1: 5, rs2: 6, imm: 8 }),
        asm("jal", { to: "target" }),
      ],
      at,
    );
    const constant = loadConstant(6, encode(add(32))).length;
    expect(runAt(at, constant + 6)).toBe(1n + 1n + 32n);
  });

  test("just ahead of the program counter is executed as it was written", () => {
    const at = fresh();
    h.load([asm("sw", { rs1: 5, rs2: 6, imm: 4 }), add(1)], at);
    h.setX(5, BigInt(at));
    h.setX(6, BigInt(encode(add(64))));
    expect(runAt(at, 2)).toBe(64n);
    // Now the page is known, and the store meets pre-decoded records.
    h.setX(6, BigInt(encode(add(65))));
    expect(runAt(at, 2)).toBe(65n);
  });

  test("is executed as it is after direct memory access", () => {
    const at = fresh();
    h.load([add(1), add(1)], at);
    expect(runAt(at, 2)).toBe(2n);
    expect(h.ram.write(at + 4, assemble(at + 4, [add(5)]))).toBe(true);
    expect(runAt(at, 2)).toBe(6n);
  });

  test("keeps its records where only data beside it changes", () => {
    const at = fresh();
    h.load([asm("sd", { rs1: 5, rs2: 6 }), add(1)], at);
    h.setX(5, BigInt(at + 2048));
    runAt(at, 2);
    const records = h.recordsAt(at);
    expect(records).not.toBe(0);
    const [before, flushes] = [h.hart.exitCount("trace.code"), h.hart.wide("fetchGeneration")];
    expect(runAt(at, 2)).toBe(1n);
    expect(h.recordsAt(at)).toBe(records);
    expect(h.hart.exitCount("trace.code")).toBe(before + 1);
    expect(h.hart.wide("fetchGeneration")).toBe(flushes);
  });

  test("is executed as it is after a store to the end of an instruction that nothing follows", () => {
    const at = fresh();
    h.setX(8, BigInt(at + 0x100));
    // A jump whose second half lies in the next 64 bytes, of which nothing else is decoded.
    h.load([asm("jalr", { rs1: 8 })], at + 62);
    h.load([add(1), add(2)], at + 0x100);
    expect(runAt(at + 62, 2)).toBe(1n);
    h.setX(5, BigInt(at + 64));
    h.setX(6, BigInt(encode(asm("jalr", { rs1: 8, imm: 4 })) >>> 16));
    const elsewhere = fresh();
    h.load([asm("sh", { rs1: 5, rs2: 6 })], elsewhere);
    runAt(elsewhere, 1);
    expect(runAt(at + 62, 2)).toBe(2n);
  });

  test("a page of zeros that was executed can be written and executed", () => {
    const at = fresh();
    h.hart.setWide("mtvec", BigInt(fresh()));
    expect(runAt(at, 1)).toBe(0n);
    expect(h.hart.wide("mcause")).toBe(2n);
    const elsewhere = fresh();
    h.load([asm("sw", { rs1: 5, rs2: 6 })], elsewhere);
    h.setX(5, BigInt(at));
    h.setX(6, BigInt(encode(add(9))));
    runAt(elsewhere, 1);
    expect(runAt(at, 1)).toBe(9n);
  });
});

describe("an instruction that straddles two pages", () => {
  const straddling = () => {
    const at = fresh() + pageBytes - 2;
    h.load([add(3)], at);
    h.load([add(4)], at + 4);
    return at;
  };

  test("is executed like any other, and so is what follows", () => {
    const at = straddling();
    for (let i = 0; i < 3; i++) expect(runAt(at, 2)).toBe(7n);
  });

  test("is executed as it is after either half was written", () => {
    const at = straddling();
    expect(runAt(at, 1)).toBe(3n);
    const other = assemble(0, [asm("addi", { rd: 10, rs1: 10, imm: 19 })]);
    h.ram.write(at + 2, other.subarray(2));
    expect(runAt(at, 1)).toBe(19n);
    // addi becomes xori: the first half holds funct3.
    h.ram.write(at, assemble(0, [asm("xori", { rd: 10, rs1: 10, imm: 19 })]).subarray(0, 2));
    h.setX(10, 1n);
    h.pc = BigInt(at);
    h.run(1);
    expect(h.x(10)).toBe(18n);
  });

  test("of which two share a hart is each executed as itself", () => {
    const [a, b] = [straddling(), straddling()];
    h.ram.write(b, assemble(0, [add(100)]));
    for (let i = 0; i < 3; i++) {
      expect(runAt(a, 1)).toBe(3n);
      expect(runAt(b, 1)).toBe(100n);
    }
  });

  test("whose second half is nowhere faults there", () => {
    const last = ramBase + h.ram.bytes - 2;
    h.ram.write(last, assemble(0, [add(1)]).subarray(0, 2));
    runAt(last, 1);
    expect(h.hart.wide("mcause")).toBe(1n);
    expect(h.hart.wide("mepc")).toBe(BigInt(last));
    expect(h.hart.wide("mtval")).toBe(BigInt(last + 2));
  });

  test("and is illegal has all of its bits as trap value", () => {
    const at = fresh() + pageBytes - 2;
    h.load([0xffff_f0ff], at);
    runAt(at, 1);
    expect(h.hart.wide("mcause")).toBe(2n);
    expect(h.hart.wide("mtval")).toBe(0xffff_f0ffn);
  });
});

describe("running on", () => {
  test("from one page into the next costs no instruction", () => {
    const at = fresh() + pageBytes - 8;
    h.load([add(1), add(2), add(4), add(8)], at);
    expect(runAt(at, 3)).toBe(7n);
    expect(h.pc).toBe(BigInt(at + 12));
  });

  test("out of the page by a relative jump, forwards and backwards", () => {
    const at = fresh();
    h.load([asm("jal", { imm: 2 * pageBytes + 4 })], at);
    h.load([asm("beq", { imm: -4096 })], at + 2 * pageBytes + 4);
    h.load([add(7)], at + pageBytes + 4);
    expect(runAt(at, 3)).toBe(7n);
  });
});

/** Runs through as many pages of code as it is given, over and over. */
function manyPages(pages: number): BareHart {
  const big = new BareHart((pages + 1) * pageBytes);
  const hop = asm("jal", { imm: pageBytes - 4 });
  for (let page = 0; page < pages; page++) {
    const at = ramBase + page * pageBytes;
    big.load([add(1), page === pages - 1 ? asm("jalr", { rs1: 8 }) : hop], at);
  }
  big.setX(8, BigInt(ramBase));
  return big;
}

test("more pages of code than a machine may keep are executed all the same, over and over", () => {
  const most = codePagesFor(0x1000);
  const pages = most + 50;
  const big = manyPages(pages);
  expect(big.share.most).toBeLessThan(pages);
  big.run(3 * 2 * pages);
  expect(big.x(10)).toBe(BigInt(3 * pages));
  const inUse = Array.from({ length: pages }, (_, page) =>
    big.recordsAt(ramBase + page * pageBytes),
  ).filter((address) => address !== 0);
  expect(inUse.length).toBe(big.share.most);
  expect(new Set(inUse).size).toBe(inUse.length);
  expect(big.code.used).toBe(big.share.most);
});

describe("a share of the pool", () => {
  test("comes back whole", () => {
    const big = manyPages(100);
    big.run(2 * 100);
    expect(big.code.used).toBe(100);
    big.code.giveBack(big.share);
    expect(big.code.used).toBe(0);
  });

  test("is promised only while the pool has it", () => {
    const { code, memory } = new BareHart();
    const shares = [];
    const all = codePoolPages(memory.bytes.length);
    for (let left = all - codePagesFor(256); left > 0; left -= 1000) {
      shares.push(code.promise(Math.min(left, 1000)));
    }
    expect(() => code.promise(1)).toThrow("no room for the decoded code of one more VM");
    code.giveBack(shares[0] as CodeShare);
    expect(() => code.promise(1)).not.toThrow();
  });

  test("has records of its own for each page, touched or not", () => {
    const [at, other] = [fresh(), fresh()];
    h.hart.setWide("mtvec", BigInt(at));
    runAt(at, 1);
    runAt(other, 1);
    expect(h.recordsAt(at)).not.toBe(0);
    expect(h.recordsAt(other)).not.toBe(0);
    expect(h.recordsAt(at)).not.toBe(h.recordsAt(other));
  });
});
