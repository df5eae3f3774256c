import { describe, expect, test } from "vitest";
import { asm, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { Lockstep } from "./lockstep.ts";

const monitor = smallMonitor();
const finisher = 0x10_0000;

/** Counts down from `count`, then powers off. */
const countDown = (count: number): Line[] => [
  ...loadConstant(5, count),
  "again",
  asm("addi", { rd: 5, rs1: 5, imm: -1 }),
  asm("bne", { rs1: 5, to: "again" }),
  ...loadConstant(6, 0x5555),
  ...loadConstant(7, finisher),
  asm("sw", { rs1: 7, rs2: 6 }),
];
const sleepForEver: Line[] = ["again", asm("wfi"), asm("jal", { to: "again" })];

function start(program: readonly Line[]) {
  return monitor.createMachine(bareMetal(program), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
}

describe("Lockstep", () => {
  test("keeps machines at one guest time, whether they work or sleep", () => {
    const machines = [start(countDown(1e6)), start(sleepForEver)];
    const lockstep = new Lockstep(machines, 10_000);
    for (let slice = 1; slice <= 20; slice++) {
      expect(lockstep.advance()).toBe(false);
      expect(machines.map(({ timers }) => timers.now())).toEqual([slice * 10_000, slice * 10_000]);
    }
    expect(machines[0]?.retired).toBe(200_000);
    expect(machines[1]?.retired).toBeLessThan(100);
    for (const machine of machines) machine.dispose();
  });

  test("ends when all machines have ended, each in its own way", () => {
    const machines = [start(countDown(10)), start(countDown(1000))];
    const lockstep = new Lockstep(machines, 100);
    let slices = 1;
    while (!lockstep.advance()) slices++;
    expect(lockstep.endings).toEqual([
      { kind: "power-off", code: 0 },
      { kind: "power-off", code: 0 },
    ]);
    expect(slices).toBe(21);
    for (const machine of machines) machine.dispose();
  });
});
