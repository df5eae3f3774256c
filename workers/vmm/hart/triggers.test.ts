import { beforeEach, describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { exception, machine, supervisor, user } from "./privilege.ts";
import { triggerControl, triggerSize, triggerType } from "./trigger-csrs.ts";

const csr = { tselect: 0x7a0, tdata1: 0x7a1, tdata2: 0x7a2, tdata3: 0x7a3, tinfo: 0x7a4 };
const { load, store, execute } = triggerControl;
const everyMode = triggerControl.user | triggerControl.supervisor | triggerControl.machine;
const handler = ramBase + 0x800;
const data = ramBase + 0x4000;
const types = [triggerType.match, triggerType.match6];
const h = new BareHart();

/** Sets a trigger as a machine-mode program does. */
function arm(index: number, control: bigint, address: number | bigint): void {
  h.write(csr.tselect, BigInt(index));
  h.write(csr.tdata2, BigInt(address));
  h.write(csr.tdata1, control);
}

/** Runs a program from the start of RAM with x8 pointing to the data; by the fast loop or by steps. */
function run(lines: readonly Line[], steps = lines.length): void {
  h.load(lines);
  h.pc = BigInt(ramBase);
  h.hart.setWide("mcause", 0n);
  h.hart.setWide("mtval", 0n);
  h.setX(8, BigInt(data));
  h.run(steps);
}

/** Where the trigger fired and what it said; undefined where it did not. */
function fired(): { at: number; value: number } | undefined {
  if (h.hart.wide("mcause") !== BigInt(exception.breakpoint)) return undefined;
  return {
    at: Number(h.hart.wide("mepc")) - ramBase,
    value: Number(h.hart.wide("mtval")),
  };
}

beforeEach(() => {
  h.setPrivilege(machine);
  for (const name of ["mstatus", "medeleg", "mcause"] as const) h.hart.setWide(name, 0n);
  h.hart.setWide("mtvec", BigInt(handler));
  h.load([asm("jal")], handler);
  h.pc = BigInt(ramBase);
  arm(0, 0n, 0n);
  arm(1, 0n, 0n);
});

describe("the trigger registers", () => {
  test("select one of two triggers, and no other", () => {
    expect(h.write(csr.tselect, 1n)).toBe(1n);
    for (const other of [2n, 3n, 1n << 32n, -1n]) expect(h.write(csr.tselect, other)).toBe(1n);
    arm(0, triggerType.match | everyMode | load, 0x1000);
    arm(1, triggerType.match6 | everyMode | store, 0x2000);
    h.write(csr.tselect, 0n);
    expect(h.read(csr.tdata2)).toBe(0x1000n);
    expect(h.read(csr.tdata1)).toBe(triggerType.match | everyMode | load);
    h.write(csr.tselect, 1n);
    expect(h.read(csr.tdata2)).toBe(0x2000n);
    expect(h.read(csr.tdata1)).toBe(triggerType.match6 | everyMode | store);
  });

  test("are matches of type 2 after reset, and say which types they can be", () => {
    const fresh = new BareHart();
    expect(fresh.read(csr.tdata1)).toBe(triggerType.match);
    expect(fresh.read(csr.tinfo)).toBe((1n << 24n) | (1n << 15n) | (1n << 6n) | (1n << 2n));
    expect(fresh.write(csr.tdata3, -1n)).toBe(0n);
  });

  test.each(types)("keep what an address match can do, of type %d", (type) => {
    expect(h.write(csr.tdata1, type | ((1n << 60n) - 1n))).toBe(
      type | everyMode | load | store | execute,
    );
  });

  test.each([0n, 1n, 3n, 4n, 5n, 7n, 15n])("of type %d are disabled", (type) => {
    expect(h.write(csr.tdata1, (type << 60n) | everyMode | load)).toBe(triggerType.disabled);
  });

  test("keep the sizes of loads and stores, and of nothing else", () => {
    const sizes = Object.values(triggerSize) as number[];
    for (let size = 0; size < 16; size++) {
      const kept = sizes.includes(size) ? BigInt(size) : 0n;
      const inMatch = (value: bigint) => ((value & 3n) << 16n) | ((value >> 2n) << 21n);
      const control = triggerType.match | everyMode | load;
      expect(h.write(csr.tdata1, control | inMatch(BigInt(size)))).toBe(control | inMatch(kept));
      expect(h.write(csr.tdata1, control | execute | inMatch(BigInt(size)))).toBe(
        control | execute,
      );
      if (size > 7) continue;
      const six = triggerType.match6 | everyMode | store;
      expect(h.write(csr.tdata1, six | (BigInt(size) << 16n))).toBe(six | (kept << 16n));
    }
  });

  test("are machine mode's own", () => {
    h.setPrivilege(supervisor);
    for (const number of Object.values(csr)) expect(h.read(number)).toBeUndefined();
  });
});

describe.each(types)("a trigger of type %d", (type) => {
  const nops: Line[] = [asm("addi"), asm("addi"), asm("addi")];

  test("on fetches fires before the instruction at its address, also where code ran before", () => {
    run([...nops, asm("addi", { rd: 9, imm: 7 })]);
    expect(h.x(9)).toBe(7n);
    h.setX(9, 0n);
    arm(0, type | everyMode | execute, ramBase + 12);
    run([...nops, asm("addi", { rd: 9, imm: 7 })]);
    expect(fired()).toEqual({ at: 12, value: ramBase + 12 });
    expect(h.x(9)).toBe(0n);
    arm(0, type | everyMode | execute, ramBase + 14);
    run([...nops, asm("addi", { rd: 9, imm: 7 })]);
    expect(fired()).toBeUndefined();
  });

  const accesses: readonly (readonly [string, Line, bigint])[] = [
    ["a load", asm("ld", { rd: 9, rs1: 8 }), load],
    ["a store", asm("sd", { rs1: 8, rs2: 5 }), store],
    ["an AMO as a load", asm("amoadd.d", { rd: 9, rs1: 8, rs2: 5 }), load],
    ["an AMO as a store", asm("amoadd.d", { rd: 9, rs1: 8, rs2: 5 }), store],
    ["load-reserved", asm("lr.w", { rd: 9, rs1: 8 }), load],
    ["a float load", asm("fld", { rd: 9, rs1: 8 }), load],
    ["a float store", asm("fsd", { rs1: 8, rs2: 5 }), store],
    ["zeroing a block", asm("cbo.zero", { rs1: 8 }), store],
  ];
  test.each(accesses)("fires before %s, and leaves other addresses alone", (_, access, kind) => {
    h.hart.setWide("mstatus", 3n << 13n);
    run([access, access, ...nops]);
    expect(fired()).toBeUndefined();
    arm(1, type | everyMode | kind, data);
    h.setX(9, 99n);
    run([...nops, access]);
    expect(fired()).toEqual({ at: 12, value: data });
    expect(h.x(9)).toBe(99n);
    arm(1, type | everyMode | kind, data + 64);
    run([...nops, access]);
    expect(fired()).toBeUndefined();
    // Of the other kind, an AMO is one, too.
    arm(1, type | everyMode | execute, data);
    run([...nops, access]);
    expect(fired()).toBeUndefined();
  });

  test("fires for any byte of an access, and in its size where it has one", () => {
    arm(0, type | everyMode | load, data + 3);
    const offsets = [0, 1, 3, 4];
    const hits = offsets.map((imm) => {
      run([asm("lh", { rd: 9, rs1: 8, imm: imm - 1 })]);
      return fired() !== undefined;
    });
    expect(hits).toEqual([false, false, true, true]);
    const inType = type === triggerType.match6 ? 2n << 16n : 2n << 16n;
    arm(0, type | everyMode | load | inType, data);
    const widths = (["lb", "lh", "lw", "ld"] as const).map((name) => {
      run([asm(name, { rd: 9, rs1: 8 })]);
      return fired() !== undefined;
    });
    expect(widths).toEqual([false, true, false, false]);
  });

  test("sees an access across two pages once, as a whole", () => {
    const crossing = data + 0xffd - 0x1000;
    for (const place of [crossing, crossing + 3, crossing + 7]) {
      arm(0, type | everyMode | load, place);
      run([asm("ld", { rd: 9, rs1: 8, imm: -3 })]);
      expect(fired()).toEqual({ at: 0, value: crossing });
    }
    const bytes1 = 1n << 16n;
    arm(0, type | everyMode | load | bytes1, crossing + 3);
    run([asm("ld", { rd: 9, rs1: 8, imm: -3 })]);
    expect(fired()).toBeUndefined();
  });

  test("looks at the modes that it is enabled for", () => {
    const modes = [
      [user, triggerControl.user],
      [supervisor, triggerControl.supervisor],
      [machine, triggerControl.machine],
    ] as const;
    for (const [mode] of modes) {
      for (const [armedMode, bit] of modes) {
        h.setPrivilege(machine);
        arm(0, type | bit | load, data);
        h.load([asm("ld", { rd: 9, rs1: 8 })]);
        h.setX(8, BigInt(data));
        h.pc = BigInt(ramBase);
        h.hart.setWide("mcause", 0n);
        h.setPrivilege(mode);
        h.run(1);
        expect(fired() !== undefined).toBe(mode === armedMode);
      }
    }
  });

  test("comes before the access' own fault, and is delegated as breakpoints are", () => {
    arm(0, type | everyMode | load, 0x10);
    h.setX(8, 0x10n);
    h.load([asm("ld", { rd: 9, rs1: 8 })]);
    h.hart.setWide("medeleg", 1n << BigInt(exception.breakpoint));
    h.hart.setWide("stvec", BigInt(handler));
    h.setPrivilege(supervisor);
    h.run(1);
    expect(h.hart.wide("scause")).toBe(BigInt(exception.breakpoint));
    expect(h.hart.wide("stval")).toBe(0x10n);
    expect(h.pc).toBe(BigInt(handler));
  });
});

test("both triggers look at the same time, and one that is disarmed costs its page nothing more", () => {
  arm(0, triggerType.match | everyMode | load, data);
  arm(1, triggerType.match6 | everyMode | store, data + 0x1000);
  run([asm("ld", { rd: 9, rs1: 8 })]);
  expect(fired()?.value).toBe(data);
  h.setX(7, BigInt(data) + 0x1000n);
  run([asm("sd", { rs1: 7, rs2: 9 })]);
  expect(fired()?.value).toBe(data + 0x1000);
  arm(0, 0n, data);
  const before = h.hart.exitCount("mmu.fill");
  run([asm("ld", { rd: 9, rs1: 8 }), asm("ld", { rd: 9, rs1: 8 }), asm("ld", { rd: 9, rs1: 8 })]);
  expect(fired()).toBeUndefined();
  // One for the code, one for the data.
  expect(h.hart.exitCount("mmu.fill") - before).toBe(2);
});
