import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradableExits } from "../../shared/schema/gradable-exits.ts";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import {
  type ExitCategory,
  exitCategories,
  guestExits,
  type MachineConfig,
  Monitor,
} from "../../workers/vmm/mod.ts";
import { asm, type Line, loadConstant } from "../support/assembler.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";

/** Invariant 3: nothing leaves the guest unnamed. */
const base = 0x8000_0000;
const uart = 0x1000_0000;
const virtio0 = 0x1000_1000;
const clint = 0x0200_0000;

const calls: Record<string, number> = {};
const counting: typeof compiler = {
  ...compiler,
  instantiate(code, imports) {
    const counted = Object.entries(imports.functions).map(([name, body]) => {
      const call = (...operands: number[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return body(...operands);
      };
      return [name, call];
    });
    return compiler.instantiate(code, { ...imports, functions: Object.fromEntries(counted) });
  },
};
const monitor = Monitor.create({ compiler: counting, memoryBytes: 2 ** 27 });

/** Runs a program; `calls` counts, beside its exits, how often generated code called what. */
function observe(program: readonly Line[] | Uint8Array, extra: Partial<MachineConfig> = {}) {
  for (const name of Object.keys(calls)) calls[name] = 0;
  const disks = new Map([["disk", new MemoryBlock(new Uint8Array(512))]]);
  const resources = { console: recordedConsole().sink, disks };
  const vm = monitor.createMachine(bareMetal(program, extra), resources);
  vm.run(100_000);
  const exits = vm.exitCounts() as Record<ExitCategory, number>;
  vm.dispose();
  return exits;
}

const enableInterrupts = (mie: number): Line[] => [
  ...loadConstant(5, base + 0x1000),
  asm("csrrw", { rs1: 5, csr: 0x305 }),
  ...loadConstant(5, mie),
  asm("csrrw", { rs1: 5, csr: 0x304 }),
  asm("csrrsi", { rs1: 8, csr: 0x300 }),
];
const storeWord = (address: number, value: number): Line[] => [
  ...loadConstant(6, address),
  ...loadConstant(7, value),
  asm("sw", { rs1: 6, rs2: 7 }),
];
const end: Line[] = ["end", asm("wfi"), asm("jal", { to: "end" })];

/** For each category that exists today a program that causes it, and how often. */
const causes: Partial<Record<ExitCategory, { program: readonly Line[]; count: number }>> = {
  csr: {
    program: [asm("csrrw", { rs1: 5, csr: 0x340 }), asm("csrrs", { rd: 5, csr: 0x340 })],
    count: 2,
  },
  privileged: {
    program: [
      ...loadConstant(5, base + 0x400),
      asm("csrrw", { rs1: 5, csr: 0x341 }),
      ...loadConstant(5, 3 << 11),
      asm("csrrw", { rs1: 5, csr: 0x300 }),
      asm("mret"),
    ],
    count: 1,
  },
  wfi: { program: [asm("wfi")], count: 1 },
  "mmio.read": {
    program: [...loadConstant(5, uart), asm("lb", { rd: 6, rs1: 5, imm: 5 })],
    count: 1,
  },
  "mmio.write": { program: storeWord(clint, 0), count: 1 },
  doorbell: {
    // The queue's size, that it is ready, and its notification.
    program: [
      ...storeWord(virtio0 + 0x38, 8),
      ...storeWord(virtio0 + 0x44, 1),
      ...storeWord(virtio0 + 0x50, 0),
    ],
    count: 1,
  },
  "interrupt.software": { program: [...enableInterrupts(8), ...storeWord(clint, 1)], count: 1 },
  "interrupt.timer": { program: enableInterrupts(0x80), count: 1 },
  "interrupt.counter": {
    // An event counter of cycles that stands before its overflow.
    program: [
      ...enableInterrupts(0x2000),
      asm("csrrwi", { rs1: 1, csr: 0x323 }),
      asm("addi", { rd: 5, imm: -1 }),
      asm("csrrw", { rs1: 5, csr: 0xb03 }),
    ],
    count: 1,
  },
  exception: {
    program: [
      ...loadConstant(5, base + 0x1000),
      asm("csrrw", { rs1: 5, csr: 0x305 }),
      asm("ecall"),
    ],
    count: 1,
  },
  "mmu.flush": { program: [asm("sfence.vma"), asm("csrrw", { csr: 0x180 })], count: 2 },
  "trace.code": { program: storeWord(base + 0x800, 1), count: 1 },
  "memory.zero": { program: storeWord(base + 0x10_0000, 1), count: 1 },
  budget: {
    // A comparator in the near future, and something to do until then.
    program: [
      ...storeWord(clint + 0x4000, 100),
      ...storeWord(clint + 0x4004, 0),
      ...loadConstant(5, 20_000),
      "again",
      asm("addi", { rd: 5, rs1: 5, imm: -1 }),
      asm("bne", { rs1: 5, to: "again" }),
    ],
    count: 1,
  },
  float: {
    program: [
      ...loadConstant(5, 3 << 13),
      asm("csrrs", { rs1: 5, csr: 0x300 }),
      asm("fdiv.d", { rd: 1, rs1: 2, rs2: 3 }),
    ],
    count: 1,
  },
};

/** Those that need more than a program: where a test has them counted. */
const countedElsewhere: Partial<Record<ExitCategory, string>> = {
  hypercall: "invariants/exits-are-named",
  "interrupt.external": "invariants/exit-parts",
  "mmu.fill": "invariants/exits-are-named",
  "trace.dirty": "invariants/disturbed-runs",
  "trace.access": "invariants/disturbed-runs",
  "memory.cow": "invariants/disturbed-runs",
  "memory.remote": "invariants/absent-pages",
  translate: "invariants/pools",
  pause: "integration/trace-of-a-submission",
};

/** The program, then rest for good; the same where its traps go. */
function guest(program: readonly Line[]): Line[] {
  const lines = [...program, ...end];
  const bytes = lines.reduce<number>(
    (sum, line) => sum + (typeof line === "string" ? 0 : typeof line === "number" ? 4 : line.bytes),
    0,
  );
  const nops = (count: number) => Array.from({ length: count }, () => asm("addi"));
  const padding = [...nops((0x400 - bytes) / 4), asm("wfi"), asm("jal", { imm: -4 })];
  return [...lines, ...padding, ...nops((0x1000 - 0x408) / 4), asm("wfi"), asm("jal", { imm: -4 })];
}

const disk = { virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: true }] as const };

test("a rubric may grade the exits that a guest causes, and no others", () => {
  const guests = guestExits(Object.fromEntries(exitCategories.map((name) => [name, 0])));
  expect([...gradableExits]).toEqual(Object.keys(guests));
});

describe("every category that has a cause today counts it", () => {
  test.each(Object.entries(causes))("%s", (category, { program, count }) => {
    const nothing = observe(guest([]), disk);
    const exits = observe(guest(program), disk);
    const name = category as ExitCategory;
    expect(exits[name] - (name === "wfi" ? 0 : nothing[name])).toBe(count);
  });
});

describe("the taxonomy", () => {
  const documented = readFileSync(new URL("../../docs/exits.md", import.meta.url), "utf8");

  test("is closed: there is no `other`, and the documentation has the same names", () => {
    expect(exitCategories).not.toContain("other");
    const words = [...documented.matchAll(/`([a-z]+(?:\.[a-z0-9]+)?)`/g)].map((match) => match[1]);
    expect(exitCategories.filter((category) => !words.includes(category))).toEqual([]);
    const rows = documented.split("\n").filter((line) => line.startsWith("| `"));
    const inTable = rows.flatMap((line) =>
      [...(line.split("|")[1] as string).matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    );
    expect(inTable.filter((name) => !exitCategories.includes(name as ExitCategory))).toEqual([]);
  });

  test("has for each category a test that counts it, or the documentation says what is not there yet", () => {
    const table = documented.split("not counted yet")[1]?.split("\n\n")[1] ?? "";
    const notYet = [...table.matchAll(/`([a-z0-9.]+)`/g)].map(([, name]) => name);
    const counted = [...Object.keys(causes), ...Object.keys(countedElsewhere)];
    expect([...counted, ...notYet].sort()).toEqual([...exitCategories].sort());
    for (const [category, file] of Object.entries(countedElsewhere)) {
      const text = readFileSync(new URL(`../${file}.test.ts`, import.meta.url), "utf8");
      expect(text, category).toMatch(new RegExp(`["'.]${category.replace(".", "\\.")}\\b`));
    }
  });

  test("is what a machine reports, whole, zeros too", () => {
    expect(Object.keys(observe([asm("wfi")]))).toEqual([...exitCategories]);
  });

  test("counts every call from generated code into the monitor", () => {
    const exits = observe(busyGuest(20));
    expect(calls.materialise ?? 0).toBe(exits["memory.zero"]);
    expect(calls.hypercall ?? 0).toBe(exits.hypercall);
    expect(calls.codeWritten ?? 0).toBe(exits["trace.code"]);
    // A doubleword access to a device is one exit of two calls.
    expect(calls.deviceStore).toBeGreaterThanOrEqual(exits["mmio.write"]);
    expect(calls.deviceStore).toBeLessThanOrEqual(2 * exits["mmio.write"]);
    expect(calls.deviceLoad ?? 0).toBeLessThanOrEqual(2 * exits["mmio.read"]);
    // A page's first decoding goes with its first fetch, which is a fill.
    expect(calls.codeAllocate).toBeLessThanOrEqual(exits["mmu.fill"]);
  });
});
