import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  asm,
  assemble,
  encode,
  type Line,
  loadConstant,
} from "../../../tests/support/assembler.ts";
import { busyGuest } from "../../../tests/support/busy-guest.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import type { Machine, StopReason } from "./config.ts";

const monitor = smallMonitor();
const finisher = 0x10_0000;
/** Powers off with status `rs2` (a register) unless it is 0, then with status 0. */
const exitWith = (rs2: number): Line[] => [
  ...loadConstant(30, finisher),
  asm("slli", { rd: 31, rs1: rs2, imm: 16 }),
  ...loadConstant(29, 0x3333),
  asm("add", { rd: 31, rs1: 31, rs2: 29 }),
  asm("sw", { rs1: 30, rs2: 31 }),
];

function start(program: readonly Line[] | Uint8Array, extra = {}) {
  const console = recordedConsole();
  const resources = { console: console.sink, disks: new Map(), ...extra };
  return { vm: monitor.createMachine(bareMetal(program), resources), console };
}

/** Runs to the end, `slice` instructions at a time. */
function runToEnd(vm: Machine, slice: () => number): StopReason {
  for (;;) {
    const reason = vm.run(slice());
    if (reason.kind !== "budget") return reason;
  }
}

/** What a run leaves behind. */
function outcome(slice: () => number, ticks = 15) {
  const { vm, console } = start(busyGuest(ticks));
  const reason = runToEnd(vm, slice);
  const result = {
    reason,
    console: console.text(),
    hash: vm.stateHash(),
    exits: vm.exitCounts(),
    retired: vm.retired,
    now: vm.timers.now(),
  };
  vm.dispose();
  return result;
}

describe("virtual time", () => {
  const whole = outcome(() => 1e9);

  test("a guest with interrupts runs to its end", () => {
    expect(whole.reason).toEqual({ kind: "power-off", code: 0 });
    expect(whole.console.match(/!/g)?.length).toBe(15);
    expect(whole.exits["interrupt.timer"]).toBe(15);
    expect(whole.exits.wfi).toBeGreaterThan(0);
  });

  test("the same run in slices of any size leaves the same state, exits and console", () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.nat(3000))),
        (slices) => {
          const sizes = slices[Symbol.iterator]();
          expect(outcome(() => sizes.next().value as number)).toEqual(whole);
        },
      ),
      { numRuns: 12 },
    );
  });

  test("a driver that asks for nothing gets nothing done", () => {
    const { vm } = start(busyGuest(1));
    expect(vm.run(0)).toEqual({ kind: "budget" });
    expect(vm.retired).toBe(0);
    vm.dispose();
  });

  test("a run stops after exactly the instructions that it was given", () => {
    const { vm } = start([asm("jal")]);
    for (const given of [1, 2, 7, 1000, 12_345]) {
      const before = vm.retired;
      expect(vm.run(given)).toEqual({ kind: "budget" });
      expect(vm.retired - before).toBe(given);
    }
    vm.dispose();
  });
});

describe("stopping", () => {
  test("`stop` from a console sink ends the run behind the instruction; it goes on afterwards", () => {
    let vm: Machine | undefined;
    const text: number[] = [];
    const write = (byte: number) => {
      text.push(byte);
      vm?.stop();
    };
    ({ vm } = start(busyGuest(2), { console: { write } }));
    expect(vm.run(1e6)).toEqual({ kind: "stopped" });
    expect(text.length).toBe(1);
    expect(vm.run(1e6)).toEqual({ kind: "stopped" });
    expect(text.length).toBe(2);
    vm.dispose();
  });

  test("a guest that powered off stays off", () => {
    const { vm } = start([...loadConstant(10, 3), ...exitWith(10)]);
    expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 3 });
    const retired = vm.retired;
    expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 3 });
    expect(vm.retired).toBe(retired);
    vm.dispose();
  });

  test("a guest that waits for nothing is idle, again and again", () => {
    const { vm } = start([asm("wfi"), asm("jal")]);
    expect(vm.run(1e6)).toEqual({ kind: "idle" });
    expect(vm.run(1e6)).toEqual({ kind: "idle" });
    vm.dispose();
  });

  test("a guest that needs more memory than its limit fails, and its monitor goes on", () => {
    const touch = [
      ...loadConstant(5, 0x8000_0000 + 2 ** 20),
      "again",
      asm("sd", { rs1: 5, rs2: 5 }),
      ...loadConstant(6, 4096),
      asm("add", { rd: 5, rs1: 5, rs2: 6 }),
      asm("jal", { to: "again" }),
    ];
    const { vm } = start(touch, { memoryLimitBytes: 64 * 4096 });
    expect(() => vm.run(1e6)).toThrow("needs more than 64 pages");
    expect(vm.residentBytes()).toBe(64 * 4096);
    vm.dispose();
    expect(outcome(() => 1e9, 1).reason).toEqual({ kind: "power-off", code: 0 });
  });
});

test("a guest that writes its own code executes what it wrote", () => {
  const page = 0x8000_2000;
  const write = (imm: number) => [
    ...loadConstant(6, encode(asm("addi", { rd: 10, rs1: 10, imm }))),
    asm("sw", { rs1: 5, rs2: 6 }),
    asm("jalr", { rd: 1, rs1: 5 }),
  ];
  const { vm } = start([
    ...loadConstant(5, page),
    ...loadConstant(6, encode(asm("jalr", { rs1: 1 }))),
    asm("sw", { rs1: 5, rs2: 6, imm: 4 }),
    ...write(1),
    ...write(10),
    ...write(100),
    ...exitWith(10),
  ]);
  expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 111 });
  vm.dispose();
});

describe("time", () => {
  const mtime = 0x0200_bff8;

  test.each([0n, 5n << 32n, (7n << 32n) | 1234n])(
    "the time CSR follows mtime set to %d",
    (value) => {
      const { vm } = start([
        ...loadConstant(5, mtime),
        ...loadConstant(6, value),
        asm("sd", { rs1: 5, rs2: 6 }),
        asm("csrrs", { rd: 7, csr: 0xc01 }),
        asm("sub", { rd: 7, rs1: 7, rs2: 6 }),
        // At most one tick may have passed: anything else shows in the exit status.
        asm("srli", { rd: 8, rs1: 7, imm: 1 }),
        asm("sltu", { rd: 10, rs1: 0, rs2: 8 }),
        ...exitWith(10),
      ]);
      expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 0 });
      vm.dispose();
    },
  );

  test("idling moves guest time without retiring instructions", () => {
    const { vm } = start([
      ...loadConstant(5, 0x0200_4000),
      ...loadConstant(6, 1000),
      asm("sd", { rs1: 5, rs2: 6 }),
      ...loadConstant(7, 0x80),
      asm("csrrw", { rs1: 7, csr: 0x304 }),
      asm("wfi"),
      ...exitWith(0),
    ]);
    expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 0 });
    expect(vm.timers.now()).toBeGreaterThanOrEqual(100_000);
    expect(vm.retired).toBeLessThan(60);
    vm.dispose();
  });

  test("in host time the guest's clock is the host's", () => {
    let now = 5e9;
    const console = recordedConsole();
    const config = bareMetal([asm("wfi"), asm("jal")], { time: "host" });
    const vm = monitor.createMachine(config, {
      console: console.sink,
      disks: new Map(),
      hostNow: () => now,
    });
    expect(vm.run(1e6)).toEqual({ kind: "idle" });
    now += 123_000;
    vm.run(1e6);
    expect(vm.timers.now()).toBe(123_000);
    vm.dispose();
  });
});

describe("an S-mode guest", () => {
  const call = (extension: number, functionId: number): Line[] => [
    ...loadConstant(17, extension),
    ...loadConstant(16, functionId),
    asm("ecall"),
  ];
  const boot = (program: readonly Line[]) => {
    const console = recordedConsole();
    const kernel = assemble(0x8020_0000, program);
    const config = bareMetal(kernel, { ramBytes: 2 ** 23, boot: { firmware: "sbi", kernel } });
    return {
      vm: monitor.createMachine(config, { console: console.sink, disks: new Map() }),
      console,
    };
  };

  test("that stops its only hart executes nothing more, whatever it asks for", () => {
    const { vm, console } = boot([
      ...call(0x48534d, 1),
      ...loadConstant(5, 0x1000_0000),
      asm("sb", { rs1: 5, rs2: 17 }),
      asm("jal"),
    ]);
    expect(vm.run(1e5)).toEqual({ kind: "idle" });
    expect(vm.run(1e5)).toEqual({ kind: "idle" });
    expect(console.text()).toBe("");
    vm.dispose();
  });

  test("that suspends its hart goes on when its timer is due", () => {
    const { vm } = boot([
      asm("csrrs", { rd: 10, csr: 0xc01 }),
      asm("addi", { rd: 10, rs1: 10, imm: 100 }),
      ...call(0x54494d45, 0),
      ...loadConstant(5, 0x20),
      asm("csrrw", { rs1: 5, csr: 0x104 }),
      ...loadConstant(10, 0),
      ...call(0x48534d, 3),
      ...loadConstant(10, 0),
      ...loadConstant(11, 0),
      ...call(0x53525354, 0),
    ]);
    expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 0 });
    expect(vm.timers.now()).toBeGreaterThanOrEqual(10_000);
    vm.dispose();
  });
});
