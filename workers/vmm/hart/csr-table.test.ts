import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { BareHart } from "../../../tests/support/bare-hart.ts";
import { csrName } from "../isa/csr-names.ts";
import { csrTable } from "./csr-table.ts";
import { interrupt, machine, mstatus, supervisor, user } from "./privilege.ts";

const h = new BareHart();
const number = Object.fromEntries(
  Array.from({ length: 4096 }, (_, n) => [csrName(n) ?? String(n), n]),
) as Record<string, number>;
const at = (name: string): number => {
  const n = number[name];
  if (n === undefined) throw new Error(`no register is named ${name}`);
  return n;
};
const read = (name: string) => h.read(at(name));
const write = (name: string, value: bigint) => h.write(at(name), value);
const any64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

beforeEach(() => {
  h.setPrivilege(machine);
  for (const name of ["mstatus", "mie", "mip", "mideleg", "medeleg", "satp"] as const) {
    h.hart.setWide(name, 0n);
  }
  for (const name of ["mcounteren", "scounteren", "mcountinhibit", "menvcfg"] as const) {
    h.hart.setWide(name, 0n);
  }
  h.hart.setPending(interrupt.supervisorExternal, false);
  h.hart.set("externalWritten", 0);
});

describe("every register", () => {
  test("has one row and a name", () => {
    const numbers = csrTable.map((row) => row.number);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.filter((n) => csrName(n) === undefined)).toEqual([]);
  });

  test("takes any value and reads back a legal one, which it keeps when it is written again", () => {
    const counts = new Set(Array.from({ length: 32 }, (_, counter) => 0xb00 + counter));
    // A protection entry that was locked stays; see protection.test.ts.
    const isProtection = (number: number) => number >= 0x3a0 && number < 0x3f0;
    const writable = csrTable.filter(
      ({ write, number }) => write && !counts.has(number) && !isProtection(number),
    );
    fc.assert(
      fc.property(fc.constantFrom(...writable), any64, (row, value) => {
        h.hart.setWide("mstatus", mstatus.fs);
        h.hart.setWide("mideleg", 0x222n);
        const legal = h.write(row.number, value) as bigint;
        expect(h.write(row.number, legal)).toBe(legal);
      }),
      { numRuns: 500 },
    );
  });

  test("is out of reach below the privilege in its number", () => {
    h.hart.setWide("mstatus", mstatus.fs);
    for (const row of csrTable) {
      const needed = (row.number >> 8) & 3;
      for (const privilege of [user, supervisor].filter((level) => level < needed)) {
        h.setPrivilege(privilege);
        expect(h.read(row.number), csrName(row.number)).toBeUndefined();
      }
    }
  });

  test("whose number says read-only refuses every write, and no read", () => {
    for (const row of csrTable.filter(({ number }) => number >> 10 === 3)) {
      expect(h.csr("csrrw", row.number, 0n), csrName(row.number)).toBeUndefined();
      expect(h.csr("csrrs", row.number, 0n), csrName(row.number)).toBeUndefined();
      expect(h.read(row.number), csrName(row.number)).toBeTypeOf("bigint");
    }
  });

  test("that does not exist is an illegal instruction whose bits are the trap value", () => {
    const known = new Set(csrTable.map((row) => row.number));
    for (let n = 0; n < 4096; n += 7) {
      if (known.has(n)) continue;
      expect(h.read(n)).toBeUndefined();
      expect(h.hart.wide("mcause")).toBe(2n);
      expect(h.hart.wide("mtval")).toBe((BigInt(n) << 20n) | 0x2373n);
    }
  });
});

describe("updates", () => {
  test("set and clear change the bits of their operand only", () => {
    fc.assert(
      fc.property(any64, any64, (before, bits) => {
        h.hart.setWide("mscratch", before);
        expect(h.csr("csrrs", at("mscratch"), bits)).toBe(before);
        expect(h.hart.wide("mscratch")).toBe(before | bits);
        expect(h.csr("csrrc", at("mscratch"), bits)).toBe(before | bits);
        expect(h.hart.wide("mscratch")).toBe(before & ~bits);
      }),
      { numRuns: 50 },
    );
  });
});

describe("mstatus", () => {
  test("MPP never becomes the reserved 2, but keeps what it was", () => {
    for (const legal of [0n, 1n, 3n]) {
      write("mstatus", legal << 11n);
      expect(((write("mstatus", 2n << 11n) as bigint) >> 11n) & 3n).toBe(legal);
    }
  });
  test("SD says that the float registers are dirty", () => {
    expect((write("mstatus", mstatus.fs) as bigint) >> 63n).toBe(1n);
    expect((write("mstatus", 1n << 13n) as bigint) >> 63n).toBe(0n);
  });
  test("UXL and SXL are 64 bits, whatever is written", () => {
    expect((write("mstatus", 0n) as bigint) & (15n << 32n)).toBe(10n << 32n);
  });
  test("sstatus is a window on the supervisor's fields", () => {
    write("mstatus", -1n);
    const seen = read("sstatus") as bigint;
    expect(seen & (mstatus.mie | mstatus.mpie | mstatus.mpp | mstatus.mprv | mstatus.tvm)).toBe(0n);
    expect(seen & (mstatus.sum | mstatus.mxr | mstatus.spp)).toBe(
      mstatus.sum | mstatus.mxr | mstatus.spp,
    );
    write("sstatus", 0n);
    const kept = read("mstatus") as bigint;
    expect(kept & mstatus.sum).toBe(0n);
    expect(kept & (mstatus.mie | mstatus.mprv)).toBe(mstatus.mie | mstatus.mprv);
  });
});

describe("satp", () => {
  const sv39 = (8n << 60n) | 0x8_0010n;
  test("takes Sv39, Sv48, Sv57 and bare", () => {
    for (const mode of [8n, 9n, 10n]) {
      const value = (mode << 60n) | (0xabcd_8000_0010_0000n % (1n << 60n));
      expect(write("satp", value)).toBe(value);
    }
    expect(write("satp", 0n)).toBe(0n);
  });
  test.each([1n, 2n, 5n, 7n, 11n, 15n])(
    "mode %d, which is not offered, changes nothing",
    (mode) => {
      write("satp", sv39);
      expect(write("satp", (mode << 60n) | 7n)).toBe(sv39);
    },
  );
  test("is out of the supervisor's reach with TVM", () => {
    h.setPrivilege(supervisor);
    expect(read("satp")).toBe(0n);
    h.hart.setWide("mstatus", mstatus.tvm);
    expect(read("satp")).toBeUndefined();
    expect(h.csr("csrrw", at("satp"), sv39)).toBeUndefined();
    h.setPrivilege(machine);
    expect(read("satp")).toBe(0n);
  });
});

describe("trap vectors and exception addresses", () => {
  test.each(["mtvec", "stvec"])("%s takes direct and vectored mode only", (name) => {
    expect(write(name, 0x8000_0101n)).toBe(0x8000_0101n);
    expect(write(name, 0x9000_0002n)).toBe(0x8000_0101n);
    expect(write(name, 0x9000_0003n)).toBe(0x8000_0101n);
    expect(write(name, 0x9000_0000n)).toBe(0x9000_0000n);
  });
  test.each(["mepc", "sepc"])("%s is even", (name) => {
    expect(write(name, 0x8000_0003n)).toBe(0x8000_0002n);
  });
});

describe("interrupt and delegation registers", () => {
  test("mie and mideleg keep the interrupts that exist", () => {
    expect(write("mie", -1n)).toBe(0x2aaan);
    expect(write("mideleg", -1n)).toBe(0x2222n);
  });
  test("calls from S-mode and M-mode cannot be delegated beyond what makes sense", () => {
    const delegated = write("medeleg", -1n) as bigint;
    expect(delegated & (1n << 11n)).toBe(0n);
    expect(delegated & 0xb1ffn).toBe(0xb1ffn);
  });
  test("mip: the machine's own bits come from devices only", () => {
    expect(write("mip", -1n)).toBe(0x2222n);
  });
  test("SEIP is the controller's line or what software wrote, and only that is written back", () => {
    const external = 1n << BigInt(interrupt.supervisorExternal);
    const setLine = (level: boolean) => h.hart.setPending(interrupt.supervisorExternal, level);
    setLine(true);
    // Reads see the line, but setting another bit does not take it over.
    expect(h.csr("csrrs", at("mip"), 2n)).toBe(external);
    setLine(false);
    expect(read("mip")).toBe(2n);
    expect(h.csr("csrrs", at("mip"), external)).toBe(2n);
    setLine(true);
    setLine(false);
    expect(read("mip")).toBe(external | 2n);
    setLine(true);
    expect(h.csr("csrrc", at("mip"), external | 2n)).toBe(external | 2n);
    expect(read("mip")).toBe(external);
    setLine(false);
    expect(read("mip")).toBe(0n);
    write("mip", external);
    setLine(true);
    expect(write("mip", 0n)).toBe(external);
    write("mideleg", external);
    write("sip", -1n);
    setLine(false);
    expect(read("mip")).toBe(0n);
  });
  test("sie and sip show and change what is delegated", () => {
    write("mie", 0xaaan);
    write("mip", 0x222n);
    expect(read("sie")).toBe(0n);
    expect(read("sip")).toBe(0n);
    write("mideleg", 0x22n);
    expect(read("sie")).toBe(0x22n);
    expect(read("sip")).toBe(0x22n);
    write("sie", 0n);
    expect(read("mie")).toBe(0xa88n);
    // Of what is pending a supervisor may take back its own software interrupt only.
    expect(write("sip", 0n)).toBe(0x20n);
    expect(read("mip")).toBe(0x220n);
  });
});

describe("float state", () => {
  test("is out of reach while FS is off, and dirty once it was written", () => {
    expect(read("fcsr")).toBeUndefined();
    h.hart.setWide("mstatus", 1n << 13n);
    expect(write("fcsr", 0xffffn)).toBe(0xffn);
    expect((read("mstatus") as bigint) & mstatus.fs).toBe(mstatus.fs);
  });
  test("fflags and frm are the halves of fcsr", () => {
    h.hart.setWide("mstatus", mstatus.fs);
    write("fcsr", 0b101_10101n);
    expect(read("fflags")).toBe(0b10101n);
    expect(read("frm")).toBe(0b101n);
    write("frm", 2n);
    expect(read("fcsr")).toBe(0b010_10101n);
  });
});

describe("environment configuration", () => {
  test("menvcfg and senvcfg keep the fields of the extensions that exist", () => {
    expect(write("menvcfg", -1n)).toBe((7n << 61n) | 0xf1n);
    expect(write("senvcfg", -1n)).toBe(0xf1n);
  });
  test.each(["menvcfg", "senvcfg"])("%s.CBIE never becomes the reserved 2", (name) => {
    expect(write(name, 1n << 4n)).toBe(1n << 4n);
    expect(write(name, (2n << 4n) | 1n)).toBe((1n << 4n) | 1n);
    expect(write(name, 3n << 4n)).toBe(3n << 4n);
    expect(write(name, 2n << 4n)).toBe(3n << 4n);
  });
});

describe("state enables", () => {
  const numbers = [0, 1, 2, 3];
  test("keep the bits of state that the hart has, and are open after reset", () => {
    const fresh = new BareHart();
    for (const n of numbers) {
      const bits = n === 0 ? 3n << 62n : 1n << 63n;
      expect(fresh.read(0x30c + n)).toBe(bits);
      expect(h.write(0x30c + n, 0n)).toBe(0n);
      expect(h.write(0x30c + n, -1n)).toBe(bits);
      expect(h.write(0x10c + n, -1n)).toBe(0n);
    }
  });
  test("let S-mode reach its own ones and senvcfg while machine mode says so", () => {
    for (const n of numbers) {
      h.write(0x30c + n, -1n);
      h.setPrivilege(supervisor);
      expect(h.read(0x10c + n)).toBe(0n);
      h.setPrivilege(machine);
      h.write(0x30c + n, 1n << 62n);
      expect(h.read(0x10c + n)).toBe(0n);
      h.setPrivilege(supervisor);
      expect(h.read(0x10c + n)).toBeUndefined();
      expect(h.read(0x30c + n)).toBeUndefined();
      h.setPrivilege(machine);
      h.write(0x30c + n, -1n);
    }
    h.write(0x30c, 1n << 63n);
    expect(read("senvcfg")).toBeDefined();
    h.setPrivilege(supervisor);
    expect(read("senvcfg")).toBeUndefined();
    h.setPrivilege(machine);
    h.write(0x30c, -1n);
    h.setPrivilege(supervisor);
    expect(read("senvcfg")).toBeDefined();
  });
});

describe("identity", () => {
  test("misa states what the table implements", () => {
    const letters = [..."abcdfimsu"].reduce((m, c) => m | (1n << BigInt(c.charCodeAt(0) - 97)), 0n);
    expect(write("misa", 0n)).toBe((2n << 62n) | letters);
  });
});
