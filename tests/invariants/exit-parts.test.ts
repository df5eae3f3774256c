/**
 * What exits were about adds up to how many there were, and is a function of the run: the same with
 * every engine, and for a machine that was saved on its way.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { type Machine, Monitor, readSnapshot, writeSnapshot } from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { asm, loadConstant } from "../support/assembler.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";

const mebibyte = 2 ** 20;
const engines = ["interpret", "trap-and-emulate", "translate"] as const;
const most = 2e8;
/** Device, exceptions of several causes, system calls in hot code, interrupts between harts. */
const subjects = [
  { name: "traps", disk: false, harts: 1, has: ["exception", "mmio.write"] },
  { name: "paging", disk: false, harts: 1, has: ["exception", "mmio.write"] },
  { name: "virtio-blk", disk: true, harts: 1, has: ["doorbell", "interrupt.external"] },
  { name: "ipi", disk: false, harts: 2, has: ["mmio.write"] },
];

type Subject = (typeof subjects)[number];

const monitor = () => Monitor.create({ compiler, memoryBytes: 256 * mebibyte, heat: eagerHeat });
const resources = ({ disk }: Pick<Subject, "disk">) => ({
  console: recordedConsole().sink,
  disks: new Map(disk ? [["disk", new MemoryBlock(sectorDisk())]] : []),
});

function create(subject: Subject, engine: (typeof engines)[number]): Machine {
  const config = bareMetal(readFileSync(elfPath(subject.name)), {
    ...{ engine, harts: subject.harts, ramBytes: 64 * mebibyte },
    virtio: subject.disk ? [{ kind: "block", slot: 0, disk: "disk", readOnly: false }] : [],
  });
  return monitor().createMachine(config, resources(subject));
}

const sum = (parts: Readonly<Record<string, number>> = {}) =>
  Object.values(parts).reduce((total, count) => total + count, 0);

describe.each(subjects)("what the exits of $name were about", (subject) => {
  const reference = create(subject, "interpret");
  reference.run(most);
  const parts = reference.exitParts();

  test("adds up to the counts", () => {
    const counts = reference.exitCounts();
    expect(Object.keys(parts)).toEqual(expect.arrayContaining(subject.has));
    for (const [category, names] of Object.entries(parts)) {
      expect(sum(names), category).toBe(counts[category]);
    }
  });

  test.each(engines)("is the same with %s", (engine) => {
    const machine = create(subject, engine);
    machine.run(most);
    const { csr, ...others } = machine.exitParts();
    const { csr: known, ...rest } = parts;
    expect(others).toEqual(rest);
    // With that engine more registers are exits.
    if (engine === "trap-and-emulate") expect(csr).toMatchObject(known ?? {});
    else expect(csr).toEqual(known);
  });

  // A disk would have to be saved, too.
  test.skipIf(subject.disk)("is the same when it was saved and restored, and cloned", () => {
    const machine = create(subject, "translate");
    machine.run(Math.floor(reference.steps / 2));
    const { state, ram } = readSnapshot(writeSnapshot(machine));
    const restored = monitor().restoreMachine(state, ram, resources(subject));
    restored.run(most);
    expect(restored.exitParts()).toEqual(parts);
    const clone = machine.fork(resources(subject));
    clone.run(most);
    expect(clone.exitParts()).toEqual(parts);
  });
});

test("registers have names; an access to no device is counted, and one by eight bytes once", () => {
  const program = [
    ...loadConstant(5, 0x200_4000),
    asm("csrrw", { rs1: 6, csr: 0x340 }),
    asm("csrrw", { rs1: 6, csr: 0x340 }),
    asm("ld", { rd: 6, rs1: 5 }),
    asm("sd", { rs1: 5, rs2: 6 }),
    ...loadConstant(5, 0x5000_0000),
    asm("lw", { rd: 6, rs1: 5 }),
  ];
  const machine = monitor().createMachine(bareMetal(program), resources({ disk: false }));
  machine.run(1000);
  expect(machine.exitParts()).toMatchObject({
    csr: { mscratch: 2 },
    "mmio.read": { clint0: 1, unmapped: 1 },
    "mmio.write": { clint0: 1 },
    exception: { "load access": 1 },
  });
});

test("an external interrupt is the device's that the guest asks about, also where it was saved in between", () => {
  const program = [
    asm("jal", { rd: 1, to: "main" }),
    // The handler: whose is it, what does it want, that was it.
    ...loadConstant(5, 0xc20_0004),
    asm("lw", { rd: 6, rs1: 5 }),
    asm("lb", { rd: 8, rs1: 7, imm: 2 }),
    asm("sw", { rs1: 5, rs2: 6 }),
    asm("mret"),
    "main",
    asm("csrrw", { rs1: 1, csr: 0x305 }),
    ...loadConstant(5, 0xc00_0028),
    asm("addi", { rd: 6, imm: 1 }),
    asm("sw", { rs1: 5, rs2: 6 }),
    ...loadConstant(5, 0xc00_2000),
    ...loadConstant(6, 1 << 10),
    asm("sw", { rs1: 5, rs2: 6 }),
    ...loadConstant(6, 1 << 11),
    asm("csrrw", { rs1: 6, csr: 0x304 }),
    asm("addi", { rd: 6, imm: 8 }),
    asm("csrrs", { rs1: 6, csr: 0x300 }),
    // The UART says that it has nothing left to send.
    ...loadConstant(7, 0x1000_0000),
    asm("addi", { rd: 6, imm: 2 }),
    asm("sb", { rs1: 7, rs2: 6, imm: 1 }),
    "wait",
    asm("jal", { to: "wait" }),
  ];
  const machine = monitor().createMachine(bareMetal(program), resources({ disk: false }));
  while (machine.exitCounts()["interrupt.external"] === 0) machine.run(1);
  expect(machine.exitParts()["interrupt.external"]).toEqual({ others: 1 });
  const { state, ram } = readSnapshot(writeSnapshot(machine));
  const restored = monitor().restoreMachine(state, ram, resources({ disk: false }));
  for (const each of [machine, restored]) {
    each.run(1000);
    expect(each.exitCounts()["interrupt.external"]).toBe(1);
    expect(each.exitParts()["interrupt.external"]).toEqual({ uart0: 1 });
  }
});

test("what was counted before it was told apart is others", () => {
  const machine = create(subjects[0] as Subject, "interpret");
  machine.run(1e6);
  const { state, ram } = readSnapshot(writeSnapshot(machine));
  const { parts: _, ...older } = state;
  const restored = monitor().restoreMachine(older, ram, resources({ disk: false }));
  const counts = restored.exitCounts();
  expect(restored.exitParts()).toEqual({
    csr: { others: counts.csr },
    "mmio.write": { others: counts["mmio.write"] },
    ...(counts["mmio.read"] && { "mmio.read": { others: counts["mmio.read"] } }),
    exception: { others: counts.exception },
  });
});
