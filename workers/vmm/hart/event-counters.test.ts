import { beforeEach, describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { counterEvent } from "./event-counters.ts";
import { interrupt, machine, supervisor, user } from "./privilege.ts";
import { stepsUntilOverflow } from "./steps-until-overflow.ts";

const csr = {
  ...{ mcountinhibit: 0x320, mhpmevent3: 0x323, mhpmevent4: 0x324, mhpmcounter3: 0xb03 },
  ...{ mhpmcounter4: 0xb04, hpmcounter3: 0xc03, scountovf: 0xda0, mepc: 0x341, mip: 0x344 },
};
const { cycles, instructions, overflow, notInMachine, notInSupervisor, notInUser } = counterEvent;
const overflowPending = 1n << BigInt(interrupt.counterOverflow);
const handler = ramBase + 0x800;
const h = new BareHart();

/** Lets so many steps of a program follow those that have been. */
function run(lines: readonly Line[], steps: number): void {
  h.load(lines);
  h.pc = BigInt(ramBase);
  grant(steps);
}

function grant(steps: number): void {
  h.hart.setWide("stepsEnd", h.hart.wide("stepsEnd") + BigInt(steps));
  h.run(steps);
}

beforeEach(() => {
  h.setPrivilege(machine);
  for (const name of ["mstatus", "mcounteren", "scounteren", "mip", "mie", "medeleg"] as const) {
    h.hart.setWide(name, 0n);
  }
  h.hart.setWide("stepsEnd", 1000n);
  h.hart.setWide("exceptions", 3n);
  h.hart.setWide("mtvec", BigInt(handler));
  h.pc = BigInt(ramBase);
  for (let n = 3; n < 32; n++) {
    h.write(0x320 + n, 0n);
    h.write(0xb00 + n, 0n);
  }
  h.write(csr.mcountinhibit, 0n);
});

describe("selectors", () => {
  test("keep the two events there are, and the flags with any", () => {
    expect(h.write(csr.mhpmevent3, cycles)).toBe(cycles);
    expect(h.write(csr.mhpmevent3, instructions)).toBe(instructions);
    for (const other of [3n, 0x1_0019n, 0x1_0000_0001n, 1n << 57n]) {
      expect(h.write(csr.mhpmevent3, other)).toBe(0n);
    }
    expect(h.write(csr.mhpmevent3, -1n)).toBe(
      overflow | notInMachine | notInSupervisor | notInUser,
    );
    expect(h.write(csr.mhpmevent3, notInUser | cycles)).toBe(notInUser | cycles);
  });

  test("of the counters beyond the sixteenth are zero for good", () => {
    expect(h.write(0x332, cycles)).toBe(cycles);
    expect(h.write(0xb12, 5n)).toBeDefined();
    for (let n = 19; n < 32; n++) {
      expect(h.write(0x320 + n, cycles)).toBe(0n);
      expect(h.write(0xb00 + n, 5n)).toBe(0n);
    }
  });
});

describe("an event counter", () => {
  const read = asm("csrrs", { rd: 8, csr: csr.mhpmcounter3 });

  test("without an event stands still and keeps what is written", () => {
    h.write(csr.mhpmcounter3, 77n);
    run([asm("addi"), asm("addi"), read], 3);
    expect(h.x(8)).toBe(77n);
  });

  test.each([
    ["cycles", cycles, 4n],
    ["retired instructions", instructions, 3n],
  ])("of %s counts from the instruction behind the one that starts it", (_, event, counted) => {
    h.setX(5, event);
    h.load([asm("csrrs", { rd: 8, csr: csr.mhpmcounter3 })], handler);
    run([asm("csrrw", { rs1: 5, csr: csr.mhpmevent3 }), ...nops(3), asm("ecall"), read], 6);
    expect(h.x(8)).toBe(counted);
  });

  test("reads as written by the next instruction, and goes on from there", () => {
    h.write(csr.mhpmevent3, instructions);
    h.setX(5, 1n << 40n);
    const write = asm("csrrw", { rs1: 5, csr: csr.mhpmcounter3 });
    run([write, read, asm("addi"), asm("csrrs", { rd: 9, csr: csr.mhpmcounter3 })], 4);
    expect([h.x(8), h.x(9)]).toEqual([1n << 40n, (1n << 40n) + 2n]);
  });

  test("stands while mcountinhibit stops it", () => {
    h.write(csr.mhpmevent3, cycles);
    h.write(csr.mhpmcounter3, 0n);
    h.setX(5, 8n);
    const lines = [asm("csrrw", { rs1: 5, csr: csr.mcountinhibit }), ...nops(5), read];
    run([...lines, asm("csrrw", { csr: csr.mcountinhibit }), ...nops(2), read], 11);
    const stopped = h.x(8);
    h.write(csr.mcountinhibit, 8n);
    expect(h.read(csr.mhpmcounter3)).toBe(stopped + 1n);
  });

  test("can be read below machine mode where it is enabled", () => {
    h.write(csr.mhpmcounter3, 9n);
    h.hart.setWide("mcounteren", 8n);
    h.setPrivilege(supervisor);
    expect(h.read(csr.hpmcounter3)).toBe(9n);
    h.setPrivilege(user);
    expect(h.read(csr.hpmcounter3)).toBeUndefined();
  });
});

describe("the mode flags", () => {
  /** Three instructions in machine mode, two in user mode, its call included, and one more. */
  const throughUser: Line[] = [...nops(2), asm("mret"), ...nops(1), asm("ecall")];
  test.each([
    ["all modes", 0n, 6n, 5n],
    ["user mode", notInMachine, 2n, 1n],
    ["machine mode", notInUser, 4n, 4n],
    ["no mode there is", notInUser | notInMachine, 0n, 0n],
  ])("let only %s count", (_, flags, steps, retired) => {
    h.write(csr.mepc, BigInt(ramBase + 12));
    h.load(nops(1), handler);
    // No step passes while the test itself writes.
    h.write(csr.mhpmevent3, cycles | flags);
    h.write(csr.mhpmevent4, instructions | flags);
    for (const number of [csr.mhpmcounter3, csr.mhpmcounter4]) h.csr("csrrw", number, 0n);
    run(throughUser, 6);
    // Stopped, they hold their values.
    h.csr("csrrw", csr.mcountinhibit, 24n);
    const value = (name: "mhpmcounter3" | "mhpmcounter4") => h.hart.wide(name);
    expect([value("mhpmcounter3"), value("mhpmcounter4")]).toEqual([steps, retired]);
  });
});

describe("overflow", () => {
  test("is due after as many steps as are left, at the earliest", () => {
    expect(stepsUntilOverflow(h.hart)).toBe(Number.POSITIVE_INFINITY);
    h.write(csr.mhpmevent3, cycles);
    expect(stepsUntilOverflow(h.hart)).toBe(Number.POSITIVE_INFINITY);
    h.csr("csrrw", csr.mhpmcounter3, -100n);
    expect(stepsUntilOverflow(h.hart)).toBe(100);
    h.write(csr.mhpmevent4, instructions);
    h.csr("csrrw", csr.mhpmcounter4, -50n);
    expect(stepsUntilOverflow(h.hart)).toBe(50);
  });

  test("sets OF and LCOFIP once; while OF is set nothing more is reported", () => {
    h.write(csr.mhpmevent3, cycles);
    h.setX(5, -3n);
    const write = asm("csrrw", { rs1: 5, csr: csr.mhpmcounter3 });
    run([write, ...nops(3)], 3);
    h.engine.updateCounters(h.hart.address);
    expect(h.hart.wide("mip")).toBe(0n);
    grant(1);
    h.engine.updateCounters(h.hart.address);
    expect(h.hart.wide("mip")).toBe(overflowPending);
    expect(h.hart.wide("mhpmevent3")).toBe(cycles | overflow);
    expect(stepsUntilOverflow(h.hart)).toBe(Number.POSITIVE_INFINITY);
    h.write(csr.mip, 0n);
    h.setX(5, -3n);
    run([write, ...nops(5)], 6);
    h.engine.updateCounters(h.hart.address);
    expect(h.hart.wide("mip")).toBe(0n);
  });

  test("is noticed when the instruction that causes it also stops the counter", () => {
    h.write(csr.mhpmevent3, cycles | notInMachine);
    h.write(csr.mepc, BigInt(ramBase + 12));
    h.setX(5, -2n);
    run(
      [asm("csrrw", { rs1: 5, csr: csr.mhpmcounter3 }), asm("mret"), ...nops(2), asm("ecall")],
      4,
    );
    expect(h.hart.get("privilege")).toBe(machine);
    expect(h.hart.wide("mip")).toBe(overflowPending);
  });

  test("tells the monitor whenever it may have moved", () => {
    let calls = 0;
    h.countersChanged = () => {
      calls++;
    };
    h.csr("csrrw", csr.mhpmevent3, cycles);
    h.csr("csrrw", csr.mhpmcounter3, 1n);
    h.csr("csrrw", csr.mcountinhibit, 8n);
    h.countersChanged = undefined;
    expect(calls).toBe(3);
  });

  test("is shown by scountovf, to S-mode only of counters that it may read", () => {
    h.write(csr.mhpmevent3, overflow);
    h.write(csr.mhpmevent4, overflow | cycles);
    expect(h.read(csr.scountovf)).toBe(24n);
    expect(h.csr("csrrw", csr.scountovf, 0n)).toBeUndefined();
    h.setPrivilege(supervisor);
    h.hart.setWide("mcounteren", 16n);
    expect(h.read(csr.scountovf)).toBe(16n);
    h.setPrivilege(user);
    expect(h.read(csr.scountovf)).toBeUndefined();
  });
});

function nops(count: number): Line[] {
  return Array.from({ length: count }, () => asm("addi"));
}
