import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { environment, machine, supervisor, user } from "./privilege.ts";

const illegalInstruction = 2n;
const storeAccessFault = 7n;
const storePageFault = 15n;
const nowhere = 0x2000_0000n;
const data = ramBase + 0x4000;
const operations = ["cbo.inval", "cbo.clean", "cbo.flush", "cbo.zero"];
const fields: Record<string, bigint> = {
  "cbo.inval": environment.cbie,
  "cbo.clean": environment.cbcfe,
  "cbo.flush": environment.cbcfe,
  "cbo.zero": environment.cbze,
};
/** A gigabyte of Sv39 at address 0: valid, for user mode too, and what a test adds. */
const table = ramBase + 0x8000;
const page = { valid: 1n, read: 2n, write: 4n, execute: 8n, accessed: 64n, dirty: 128n };

let h: BareHart;
beforeEach(() => {
  h = new BareHart();
});

/** Executes one operation both ways. @returns cause, or undefined where it did not trap */
function execute(mnemonic: string, address: bigint, way: "fast" | "exact"): bigint | undefined {
  h.load([asm(mnemonic, { rs1: 6 })]);
  h.setX(6, address);
  h.hart.setWide("mcause", -1n);
  h.hart.setWide("mtvec", BigInt(ramBase + 0x100));
  h.pc = BigInt(ramBase);
  if (way === "fast") h.run(1);
  else h.step();
  const cause = h.hart.wide("mcause");
  return BigInt.asIntN(64, cause) === -1n ? undefined : cause;
}

function bytesAt(address: number, length: number): number[] {
  const bytes = new Uint8Array(length);
  h.ram.read(address, bytes);
  return [...bytes];
}

describe.each(["fast", "exact"] as const)("the %s way", (way) => {
  test("cbo.zero clears the 64 bytes around its address and no others", () => {
    h.ram.write(data, new Uint8Array(256).fill(0xaa));
    // Twice: the first time fills the TLB.
    for (const address of [data + 64 + 63, data + 128 + 1]) {
      expect(execute("cbo.zero", BigInt(address), way)).toBeUndefined();
    }
    const expected = Array.from({ length: 256 }, (_, i) => (i >= 64 && i < 192 ? 0 : 0xaa));
    expect(bytesAt(data, 256)).toEqual(expected);
  });

  test("the other operations leave memory as it is", () => {
    h.ram.write(data, new Uint8Array(128).fill(0xaa));
    for (const name of operations.slice(0, 3)) {
      expect(execute(name, BigInt(data + 5), way)).toBeUndefined();
    }
    expect(new Set(bytesAt(data, 128))).toEqual(new Set([0xaa]));
  });

  test.each(operations)("%s outside of memory is a store's access fault at its address", (name) => {
    expect(execute(name, nowhere + 77n, way)).toBe(storeAccessFault);
    expect(h.hart.wide("mtval")).toBe(nowhere + 77n);
  });

  test("cbo.zero drops the records of the code that it clears", () => {
    const code = ramBase + 0x200;
    h.load([asm("addi", { rd: 5, imm: 1 }), asm("addi", { rd: 5, imm: 2 })], code);
    h.pc = BigInt(code);
    h.run(2);
    expect(execute("cbo.zero", BigInt(code), way)).toBeUndefined();
    h.pc = BigInt(code);
    h.run(1);
    expect(h.hart.wide("mcause")).toBe(illegalInstruction);
  });

  describe.each(operations)("%s is enabled", (name) => {
    const field = fields[name] as bigint;
    test.each([
      ["in machine mode always", machine, 0n, 0n, true],
      ["in supervisor mode by menvcfg", supervisor, field, 0n, true],
      ["in supervisor mode not by senvcfg", supervisor, 0n, field, false],
      ["in user mode by both", user, field, field, true],
      ["in user mode not by menvcfg alone", user, field, 0n, false],
      ["in user mode not by senvcfg alone", user, 0n, field, false],
      ["in user mode not by other fields", user, ~field, ~field, false],
    ])("%s", (_, privilege, menvcfg, senvcfg, isEnabled) => {
      h.hart.setWide("menvcfg", menvcfg);
      h.hart.setWide("senvcfg", senvcfg);
      h.setPrivilege(privilege);
      expect(execute(name, BigInt(data), way)).toBe(isEnabled ? undefined : illegalInstruction);
    });
  });

  describe("in a page", () => {
    const virtual = 0x123n;
    const mapped = (bits: bigint) => {
      const leaf = (BigInt(ramBase) >> 2n) | page.valid | bits;
      const code = leaf | page.read | page.execute | page.accessed;
      h.ram.write(table, new Uint8Array(BigUint64Array.of(leaf, 0n, code).buffer));
      h.hart.setWide("satp", (8n << 60n) | BigInt(table / 4096));
      h.hart.setWide("menvcfg", -1n);
      h.engine.flush(h.hart.address);
      h.setPrivilege(supervisor);
    };

    test.each([
      ["readable", page.read | page.accessed, undefined, storePageFault],
      ["writable", page.read | page.write | page.accessed | page.dirty, undefined, undefined],
      ["executable only", page.execute | page.accessed, storePageFault, storePageFault],
    ])("that is %s", (_, bits, managed, zeroed) => {
      mapped(bits);
      expect(execute("cbo.flush", virtual, way)).toBe(managed);
      mapped(bits);
      expect(execute("cbo.zero", virtual, way)).toBe(zeroed);
      if (zeroed !== undefined) expect(h.hart.wide("mtval")).toBe(virtual);
    });

    test("managing a block sets the accessed bit and not the dirty bit; zeroing sets both", () => {
      const entry = () => BigInt(bytesAt(table, 1)[0] as number);
      mapped(page.read | page.write);
      execute("cbo.clean", virtual, way);
      expect(entry() & (page.accessed | page.dirty)).toBe(page.accessed);
      execute("cbo.zero", virtual, way);
      expect(entry() & page.dirty).toBe(page.dirty);
    });
  });
});
