import fc from "fast-check";
import { expect, test } from "vitest";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { heapBase, heapBytes, pageBytes } from "../../workers/vmm/memory/layout.ts";
import {
  Failure,
  type Machine,
  type MachineResources,
  type Monitor,
} from "../../workers/vmm/mod.ts";
import { asm, loadConstant } from "../support/assembler.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { engines } from "../support/engines.ts";
import { observedMonitor } from "../support/observed-monitor.ts";
import { randomInstructions } from "../support/random-instructions.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../support/run-guest.ts";

/** Invariant 4: memory is frames; several VMs share one machine memory, each within its own. */
const mebibyte = 2 ** 20;
const quiet = (): MachineResources => ({ console: recordedConsole().sink, disks: new Map() });

/** How many machines of so much RAM fit beside each other. */
function room(monitor: Monitor, ramBytes: number): number {
  const machines: Machine[] = [];
  const config = bareMetal(busyGuest(1), { ramBytes });
  try {
    for (;;) machines.push(monitor.createMachine(config, quiet()));
  } catch (failure) {
    expect(failure).toBeInstanceOf(Failure);
  }
  for (const machine of machines) machine.dispose();
  return machines.length;
}

test("machines that come and go leave nothing behind, whether they ran, failed or never came to be", () => {
  const monitor = smallMonitor();
  const before = room(monitor, 4 * mebibyte);
  expect(before).toBeGreaterThan(5);
  for (let round = 0; round < 30; round++) {
    const vm = monitor.createMachine(bareMetal(busyGuest(3)), quiet());
    vm.run(round * 50);
    vm.dispose();
    const tooSmall = { ...quiet(), memoryLimitBytes: pageBytes };
    const program = new Uint8Array(3 * pageBytes).fill(1);
    expect(() => monitor.createMachine(bareMetal(program), tooSmall)).toThrow("needs more than");
  }
  // Of the last of these the tables of RAM may fit, but not the hart; or the other way round.
  for (const gibibytes of [1, 1.5, 2, 2.5]) room(monitor, gibibytes * 1024 * mebibyte);
  expect(room(monitor, 4 * mebibyte)).toBe(before);
});

test("a VM costs the pages that it touched, not the pages that it was promised", () => {
  const monitor = smallMonitor(2048 * mebibyte);
  const config = bareMetal(busyGuest(1), { ramBytes: 1024 * mebibyte });
  const machines = [1, 2, 3].map(() => monitor.createMachine(config, quiet()));
  for (const vm of machines) vm.run(1e6);
  for (const vm of machines) expect(vm.residentBytes()).toBeLessThan(64 * pageBytes);
  for (const vm of machines) vm.dispose();
});

test.each(engines)(
  "pages that a guest clears cost nothing for long, and no slicing shows (%s)",
  (engine) => {
    const pages = 3000;
    const program = [
      ...loadConstant(5, 0x8010_0000),
      ...loadConstant(6, pages),
      ...loadConstant(7, pageBytes),
      "next",
      asm("sd", { rs1: 5, rs2: 6 }),
      asm("sd", { rs1: 5, rs2: 0 }),
      // Across two pages at once: the first of them may be zeros at this moment.
      asm("sd", { rs1: 5, rs2: 0, imm: -3 }),
      asm("add", { rd: 5, rs1: 5, rs2: 7 }),
      asm("addi", { rd: 6, rs1: 6, imm: -1 }),
      asm("bne", { rs1: 6, to: "next" }),
      ...loadConstant(5, 0x10_0000),
      ...loadConstant(6, 0x5555),
      asm("sw", { rs1: 5, rs2: 6 }),
    ];
    const run = (slice: number) => {
      const monitor = smallMonitor();
      const config = bareMetal(program, { ramBytes: 16 * mebibyte, engine });
      const vm = monitor.createMachine(config, quiet());
      let mostBytes = 0;
      let reason = vm.run(slice);
      while (reason.kind === "budget") {
        mostBytes = Math.max(mostBytes, vm.residentBytes());
        reason = vm.run(slice);
      }
      return {
        mostBytes,
        seen: { reason, hash: vm.stateHash(nativeHash), exits: vm.exitCounts() },
      };
    };
    const whole = run(1e9);
    expect(whole.seen.reason).toEqual({ kind: "power-off", code: 0 });
    expect(whole.seen.exits["memory.zero"]).toBeGreaterThan(pages - 1);
    for (const slice of [1, 7, 1000]) {
      const { mostBytes, seen } = run(slice);
      expect(seen).toEqual(whole.seen);
      // A sweep is due with 1,024 frames more; see GuestRam.
      expect(mostBytes).toBeLessThan(1100 * pageBytes);
    }
  },
);

test("machines that take turns in one memory run as each would alone", () => {
  const run = (monitor: Monitor, others: number) => {
    const console = recordedConsole();
    const vm = monitor.createMachine(bareMetal(busyGuest(9)), {
      ...quiet(),
      console: console.sink,
    });
    const rest = Array.from({ length: others }, (_, i) =>
      monitor.createMachine(bareMetal(busyGuest(5 + i)), quiet()),
    );
    let reason = vm.run(777);
    while (reason.kind === "budget") {
      for (const other of rest) other.run(501);
      reason = vm.run(777);
    }
    const result = {
      reason,
      console: console.text(),
      hash: vm.stateHash(nativeHash),
      exits: vm.exitCounts(),
    };
    for (const machine of [vm, ...rest]) machine.dispose();
    return result;
  };
  expect(run(smallMonitor(), 3)).toEqual(run(smallMonitor(), 0));
});

test("whatever a guest executes, no byte outside its frames changes and nothing is thrown", () => {
  const { monitor, buffer } = observedMonitor(128 * mebibyte);
  const words = new Int32Array(buffer);
  const bystander = monitor.createMachine(bareMetal(busyGuest(5)), quiet());
  bystander.run(2000);
  const before = bystander.stateHash(nativeHash);
  let mostPages = 0;
  fc.assert(
    fc.property(randomInstructions(512), fc.boolean(), (code, isSupervisor) => {
      const program = new Uint8Array(Uint32Array.from(code).buffer);
      const config = bareMetal(program, { ramBytes: 4 * mebibyte });
      const boot = { firmware: "sbi", kernel: program } as const;
      const big = { ramBytes: 8 * mebibyte, boot };
      const vm = monitor.createMachine(isSupervisor ? { ...config, ...big } : config, quiet());
      for (let slice = 0; slice < 3; slice++) vm.run(5000);
      mostPages = Math.max(mostPages, vm.residentBytes() / pageBytes);
      vm.dispose();
      expect(bystander.stateHash(nativeHash)).toBe(before);
    }),
    { numRuns: Number(process.env.HOSTILE_RUNS ?? 40) },
  );
  const isZero = (start: number, end: number) =>
    words.subarray(start / 4, end / 4).every((word) => word === 0);
  expect(isZero(0, 0x1_0000), "the guard").toBe(true);
  const zeroFrame = heapBase(buffer.byteLength) + heapBytes(buffer.byteLength);
  expect(isZero(zeroFrame, zeroFrame + pageBytes), "the zero frame").toBe(true);
  // Frames are handed out in order: beyond the most that were in use none was ever touched.
  const used = mostPages + bystander.residentBytes() / pageBytes + 2;
  expect(isZero(zeroFrame + (1 + used) * pageBytes, buffer.byteLength), "free frames").toBe(true);
  bystander.dispose();
});
