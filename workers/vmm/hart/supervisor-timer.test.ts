import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { EventQueue } from "../base/event-queue.ts";
import { environment, interrupt, machine, supervisor, user } from "./privilege.ts";
import { SupervisorTimer } from "./supervisor-timer.ts";

const csr = { stimecmp: 0x14d, menvcfg: 0x30a, mip: 0x344, sip: 0x144 };
const stip = 1n << BigInt(interrupt.supervisorTimer);
const timeCounter = 2n;

const h = new BareHart();
let now = 0;
const events = new EventQueue(() => now);
const timer = new SupervisorTimer({ hart: h.hart, timers: events });
h.timerChanged = () => timer.update();
const isHigh = () => (h.hart.wide("mip") & stip) !== 0n;
function advanceTo(time: number): void {
  now = time;
  events.advanceTo(time);
}

beforeEach(() => {
  now = 1000;
  h.setPrivilege(machine);
  for (const name of ["mip", "mie", "mideleg", "mstatus", "timeOffset", "mcounteren"] as const) {
    h.hart.setWide(name, 0n);
  }
  h.hart.setWide("stimecmp", -1n);
  h.write(csr.menvcfg, environment.stce);
});

describe("the supervisor timer", () => {
  test("is pending from the tick on that stimecmp names", () => {
    h.write(csr.stimecmp, 50n);
    expect(events.nextDeadline()).toBe(5000);
    advanceTo(4999);
    expect(isHigh()).toBe(false);
    advanceTo(5000);
    expect(isHigh()).toBe(true);
    expect(events.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("is pending at once where the time has come, and no more when it is put off", () => {
    h.write(csr.stimecmp, 10n);
    expect(isHigh()).toBe(true);
    h.write(csr.stimecmp, 11n);
    expect(isHigh()).toBe(false);
    expect(events.nextDeadline()).toBe(1100);
  });

  test.each([-1n, 1n << 63n, 1n << 52n])("tick %d, beyond all time, arms nothing", (ticks) => {
    h.write(csr.stimecmp, ticks);
    expect(isHigh()).toBe(false);
    expect(events.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("follows mtime when that is set, across its wrap too", () => {
    h.write(csr.stimecmp, 100n);
    h.hart.setWide("timeOffset", 90n);
    timer.update();
    expect(isHigh()).toBe(true);
    h.hart.setWide("timeOffset", -11n);
    timer.update();
    // Now it is tick 2^64 - 1, far beyond the comparator.
    expect(isHigh()).toBe(true);
    h.hart.setWide("timeOffset", -10n);
    timer.update();
    expect(isHigh()).toBe(false);
    expect(events.nextDeadline()).toBe(11_000);
  });

  test("owns STIP while it is switched on, and leaves it to software otherwise", () => {
    h.write(csr.stimecmp, 50n);
    expect(h.write(csr.mip, stip)).toBe(0n);
    h.write(csr.menvcfg, 0n);
    expect(events.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(h.write(csr.mip, stip)).toBe(stip);
    h.write(csr.menvcfg, environment.stce);
    expect(isHigh()).toBe(false);
    expect(events.nextDeadline()).toBe(5000);
  });

  test("interrupts the instruction after the one that lets the time be over", () => {
    h.hart.setWide("mideleg", stip);
    h.hart.setWide("mie", stip);
    h.hart.setWide("stvec", BigInt(ramBase + 0x100));
    h.hart.setWide("mcounteren", timeCounter);
    h.hart.setWide("mstatus", 2n);
    h.load([asm("csrrw", { csr: csr.stimecmp }), asm("addi", { rd: 9, imm: 1 })]);
    h.pc = BigInt(ramBase);
    h.setPrivilege(supervisor);
    h.run(1);
    h.run(0);
    expect(h.pc).toBe(BigInt(ramBase + 0x100));
    expect(h.hart.wide("sepc")).toBe(BigInt(ramBase + 4));
    expect(h.hart.wide("scause")).toBe((1n << 63n) | BigInt(interrupt.supervisorTimer));
  });
});

describe("stimecmp", () => {
  test.each([
    ["on, and time is readable", environment.stce, timeCounter, true],
    ["on, but time is not readable", environment.stce, 5n, false],
    ["off", 0n, timeCounter, false],
  ])("with STCE %s is accessible to S-mode: %s", (_, menvcfg, mcounteren, isAllowed) => {
    h.hart.setWide("menvcfg", menvcfg);
    h.hart.setWide("mcounteren", mcounteren);
    h.setPrivilege(supervisor);
    expect(h.read(csr.stimecmp) !== undefined).toBe(isAllowed);
    expect(h.csr("csrrw", csr.stimecmp, 7n) !== undefined).toBe(isAllowed);
    h.setPrivilege(user);
    expect(h.read(csr.stimecmp)).toBeUndefined();
    h.setPrivilege(machine);
    expect(h.read(csr.stimecmp)).toBe(isAllowed ? 7n : 2n ** 64n - 1n);
  });
});
