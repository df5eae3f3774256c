import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { elfPath, sectorDisk } from "../../../tests/guests/guests.ts";
import { asm, assemble, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { engines } from "../../../tests/support/engines.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { MemoryBlock } from "../../host/block-memory.ts";
import { LogHistogram } from "../base/log-histogram.ts";
import { addExitTimes, noExitTimes } from "./exit-times.ts";

const monitor = smallMonitor();
const uart = 0x1000_0000;
/** Prints a letter again and again, and counts to a hundred in between. */
const printing: readonly Line[] = [
  ...loadConstant(5, uart),
  asm("addi", { rd: 6, imm: 65 }),
  "print",
  asm("sb", { rs1: 5, rs2: 6 }),
  asm("addi", { rd: 7, imm: 100 }),
  "count",
  asm("addi", { rd: 7, rs1: 7, imm: -1 }),
  asm("bne", { rs1: 7, to: "count" }),
  asm("jal", { to: "print" }),
];

/** A clock that shows 10 ns more each time, and whatever is added to it. */
function plannedClock() {
  let time = 0;
  const now = () => {
    time += 10;
    return time;
  };
  const pass = (more: number) => {
    time += more;
  };
  return { now, pass };
}

/** Prints by the firmware, as often as it can. */
const calling: readonly Line[] = [
  asm("addi", { rd: 17, imm: 1 }),
  "call",
  asm("addi", { rd: 10, imm: 65 }),
  asm("ecall"),
  asm("jal", { to: "call" }),
];

test.each([
  { took: 200_000, name: "each hypercall is timed while they are rare", isEach: true },
  { took: 700, name: "some hypercalls stand for all where there are many", isEach: false },
])("$name", ({ took, isEach }) => {
  const { now, pass } = plannedClock();
  const boot = { firmware: "sbi", kernel: assemble(0x8020_0000, calling) } as const;
  const machine = monitor.createMachine(bareMetal([], { boot, ramBytes: 2 ** 24 }), {
    ...{ console: { write: () => pass(took) }, disks: new Map(), stopwatch: now },
  });
  machine.run(60_000);
  const calls = machine.exitCounts().hypercall as number;
  const seen = LogHistogram.from(
    machine.takeExitTimes().byCategory.hypercall ?? new LogHistogram().save(),
  );
  expect(calls).toBeGreaterThan(10_000);
  expect([seen.least, seen.most]).toEqual([took, took]);
  if (isEach) expect([seen.samples, seen.count]).toEqual([calls, calls]);
  else expect(seen.samples).toBeLessThan(calls / 10);
  expect(seen.count / calls).toBeGreaterThan(0.8);
  expect(seen.count / calls).toBeLessThan(1.2);
  machine.dispose();
});

describe.each(engines)("times of exits (%s)", (engine) => {
  test("say what each category took, for those exits that were not looked at, too", () => {
    const { now, pass } = plannedClock();
    const write = () => pass(700);
    const machine = monitor.createMachine(bareMetal(printing, { engine }), {
      ...{ console: { write }, disks: new Map(), stopwatch: now },
    });
    machine.run(4e6);
    const printed = machine.exitCounts()["mmio.write"] as number;
    const { byCategory, slowest, running } = machine.takeExitTimes();
    const writes = LogHistogram.from(byCategory["mmio.write"] ?? new LogHistogram().save());
    expect(writes.samples).toBeLessThan(printed / 10);
    expect([writes.least, writes.most, writes.mean]).toEqual([700, 700, 700]);
    expect(writes.count / printed).toBeGreaterThan(0.8);
    expect(writes.count / printed).toBeLessThan(1.2);
    expect(running).toBeGreaterThan(printed * 700);
    const slow = slowest.find(({ category }) => category === "mmio.write");
    expect(slow).toMatchObject({ took: 700, hart: 0 });
    expect(Number.parseInt(slow?.pc ?? "", 16)).toBeGreaterThanOrEqual(0x8000_0000);
    expect(machine.takeExitTimes()).toEqual(noExitTimes);
    machine.dispose();
  });

  test("do not say of many exits what the host did to one", () => {
    const { now, pass } = plannedClock();
    let writes = 0;
    const write = () => {
      writes++;
      pass(writes % 997 === 0 ? 5e6 : 700);
    };
    const machine = monitor.createMachine(bareMetal(printing, { engine }), {
      ...{ console: { write }, disks: new Map(), stopwatch: now },
    });
    machine.run(4e6);
    const { "mmio.write": seen } = machine.takeExitTimes().byCategory;
    const times = LogHistogram.from(seen ?? new LogHistogram().save());
    const long = [...times.filled()].filter(({ to }) => to > 1e6);
    const interrupted = long.reduce((sum, { count }) => sum + count, 0);
    expect(times.count / writes).toBeGreaterThan(0.8);
    expect(times.count / writes).toBeLessThan(1.2);
    expect(interrupted).toBeLessThan(writes / 997);
    expect(times.sum).toBeLessThan(times.count * 710 + interrupted * 5e6);
    machine.dispose();
  });

  test("are told apart by what they were about, and add up to the category's", () => {
    const { now, pass } = plannedClock();
    const program = [
      ...loadConstant(9, 0x8000_1000),
      asm("csrrw", { rs1: 9, csr: 0x305 }),
      ...printing.slice(0, -1),
      asm("lb", { rd: 8, rs1: 5, imm: 5 }),
      asm("csrrw", { rs1: 8, csr: 0x340 }),
      // Nothing is where it traps to, so it traps there again and again.
      asm("ebreak"),
    ];
    const machine = monitor.createMachine(bareMetal(program, { engine }), {
      ...{ console: { write: () => pass(700) }, disks: new Map(), stopwatch: now },
    });
    machine.run(1e5);
    const { byCategory, byPart = {} } = machine.takeExitTimes();
    expect(Object.keys(byPart.csr ?? {})).toEqual(expect.arrayContaining(["mtvec", "mscratch"]));
    expect(Object.keys(byPart.exception ?? {})).toEqual(["breakpoint", "illegal instruction"]);
    expect(Object.keys(byPart["mmio.write"] ?? {})).toEqual(["uart0"]);
    for (const [category, names] of Object.entries(byPart)) {
      const times = Object.values(names);
      const whole = byCategory[category as keyof typeof byCategory];
      for (const key of ["sum", "samples"] as const) {
        expect(
          times.reduce((sum, part) => sum + part[key], 0),
          category,
        ).toBe(whole?.[key]);
      }
    }
    machine.dispose();
  });

  test.each(["traps", "paging", "timer", "virtio-blk"])(
    "change nothing that %s can tell",
    (name) => {
      const disk = { kind: "block", slot: 0, disk: "disk", readOnly: false } as const;
      const config = bareMetal(readFileSync(elfPath(name)), { engine, virtio: [disk] });
      const end = (stopwatch?: () => number) => {
        const console = recordedConsole();
        const machine = monitor.createMachine(config, {
          console: console.sink,
          disks: new Map([["disk", new MemoryBlock(sectorDisk())]]),
          ...(stopwatch && { stopwatch }),
        });
        const reason = machine.run(3e7);
        const times = machine.takeExitTimes();
        const outcome = {
          ...{ reason, hash: machine.stateHash(), exits: machine.exitCounts() },
          text: console.text(),
        };
        machine.dispose();
        return { outcome, times };
      };
      const timed = end(plannedClock().now);
      expect(timed.outcome).toEqual(end().outcome);
      for (const category of Object.keys(timed.times.byCategory)) {
        // Code is written and events come due without an exit of the guest's.
        if (["translate", "budget", "wfi"].includes(category)) continue;
        expect(timed.outcome.exits[category], category).toBeGreaterThan(0);
      }
    },
  );
});

test("times of two stretches are added", () => {
  const stretch = (took: number, running: number) => {
    const times = new LogHistogram();
    times.record(took);
    const exit = { category: "csr", took, at: 0, steps: 0, hart: 0, pc: "0" } as const;
    return { running, byCategory: { csr: times.save() }, slowest: [exit] };
  };
  const sum = addExitTimes(addExitTimes(noExitTimes, stretch(5, 100)), stretch(9, 10));
  expect(sum.running).toBe(110);
  expect(sum.byCategory.csr).toMatchObject({ sum: 14, least: 5, most: 9, samples: 2 });
  expect(sum.slowest.map(({ took }) => took)).toEqual([9, 5]);
});
