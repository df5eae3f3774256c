import { describe, expect, test } from "vitest";
import { asm, assemble, type Line, loadConstant } from "../support/assembler.ts";
import { executions } from "./executions.ts";
import { installedQemu } from "./installed-qemu.ts";
import type { Qemu } from "./qemu.ts";
import { Random } from "./random.ts";
import { runInMonitor } from "./run-in-monitor.ts";
import { runInQemu } from "./run-in-qemu.ts";

const cases = 150;
const base = 0x8000_0000;
const data = base + 0x10_0000;
const csr = { mtvec: 0x305, mepc: 0x341, mcause: 0x342 };
const trigger = { tselect: 0x7a0, tdata1: 0x7a1, tdata2: 0x7a2 };
const slots = 4;
/** Call targets of two instructions each, in front of everything else. */
const targets = Array.from({ length: slots }, (_, slot) => base + 8 + 8 * slot);
const handler = base + 8 + 8 * slots;
/** Registers of the image: where the handler goes on, what it saw, what a case uses. */
const r = { next: 20, control: 21, cause: 22, epc: 23, pointer: 8, scratch: 9, type: 5 };

/** Writes a trigger of type 2 or 6, reads it back, and makes accesses that it may match. */
function randomCase(random: Random, index: number): Line[] {
  const kinds = random.below(8);
  const modes = (random.below(4) << 3) | (random.chance(0.7) ? 1 << 6 : 0);
  const isFetch = random.chance(0.4);
  const slot = random.below(slots);
  const place = isFetch ? (targets[slot] as number) : data + 8 * slot;
  const type = random.pick([2, 6]);
  const selected = random.below(2);
  const after = `after ${index}`;
  const access = isFetch
    ? [...loadConstant(r.scratch, random.pick(targets)), asm("jalr", { rd: 1, rs1: r.scratch })]
    : [
        ...loadConstant(r.pointer, data + 8 * random.below(slots)),
        random.pick([
          asm("ld", { rd: r.scratch, rs1: r.pointer }),
          asm("lbu", { rd: r.scratch, rs1: r.pointer }),
          asm("sw", { rs1: r.pointer, rs2: r.scratch }),
          asm("sd", { rs1: r.pointer, rs2: r.scratch }),
          asm("amoxor.w", { rd: r.scratch, rs1: r.pointer, rs2: r.pointer }),
        ]),
      ];
  const disarm = [
    asm("addi", { rd: r.type, imm: 2 }),
    asm("slli", { rd: r.type, rs1: r.type, imm: 60 }),
    asm("csrrw", { rs1: r.type, csr: trigger.tdata1 }),
  ];
  return [
    asm("csrrwi", { rs1: selected, csr: trigger.tselect }),
    ...loadConstant(r.scratch, place),
    asm("csrrw", { rs1: r.scratch, csr: trigger.tdata2 }),
    asm("addi", { rd: r.type, imm: type }),
    asm("slli", { rd: r.type, rs1: r.type, imm: 60 }),
    asm("ori", { rd: r.type, rs1: r.type, imm: kinds | modes }),
    asm("csrrw", { rs1: r.type, csr: trigger.tdata1 }),
    asm("csrrs", { rd: r.control, csr: trigger.tdata1 }),
    ...[r.cause, r.epc].map((rd) => asm("addi", { rd })),
    // The next instruction but two is where the handler goes on: behind the access.
    asm("auipc", { rd: r.next }),
    asm("addi", { rd: r.next, rs1: r.next, imm: 8 + 4 * access.length }),
    ...access,
    after,
    // QEMU takes one that looks at fetches in this mode for another one that does so elsewhere.
    ...((kinds & 4) !== 0 || random.chance(0.5) ? disarm : []),
    // The trap value is not compared: known deviation "breakpoint-value".
    ...[r.control, r.cause, r.epc].flatMap((register) => [
      asm("addi", { rd: 10, rs1: register }),
      asm("jal", { rd: 1, to: "print" }),
    ]),
    asm("addi", { rd: 10, imm: 10 }),
    asm("jal", { rd: 1, to: "put" }),
  ];
}

function image(random: Random): Uint8Array {
  const lines: Line[] = [
    asm("jal", { to: "start" }),
    asm("addi"),
    ...targets.flatMap(() => [asm("addi"), asm("jalr", { rs1: 1 })]),
    // The handler.
    asm("csrrs", { rd: r.cause, csr: csr.mcause }),
    asm("csrrs", { rd: r.epc, csr: csr.mepc }),
    asm("csrrw", { rs1: r.next, csr: csr.mepc }),
    asm("mret"),
    // Prints x10 as sixteen digits of a base that needs no table.
    "print",
    asm("addi", { rd: 11, rs1: 10 }),
    asm("addi", { rd: 12, imm: 60 }),
    asm("addi", { rd: 13, rs1: 1 }),
    "digit",
    asm("srl", { rd: 10, rs1: 11, rs2: 12 }),
    asm("andi", { rd: 10, rs1: 10, imm: 15 }),
    asm("addi", { rd: 10, rs1: 10, imm: 0x41 }),
    asm("jal", { rd: 1, to: "put" }),
    asm("addi", { rd: 12, rs1: 12, imm: -4 }),
    asm("bge", { rs1: 12, to: "digit" }),
    asm("addi", { rd: 1, rs1: 13 }),
    asm("addi", { rd: 10, imm: 32 }),
    "put",
    ...loadConstant(14, 0x1000_0000),
    "full",
    asm("lbu", { rd: 15, rs1: 14, imm: 5 }),
    asm("andi", { rd: 15, rs1: 15, imm: 0x20 }),
    asm("beq", { rs1: 15, to: "full" }),
    asm("sb", { rs1: 14, rs2: 10 }),
    asm("jalr", { rs1: 1 }),
    "start",
    ...loadConstant(5, handler),
    asm("csrrw", { rs1: 5, csr: csr.mtvec }),
    ...Array.from({ length: cases }, (_, index) => randomCase(random, index)).flat(),
    ...loadConstant(5, 0x10_0000),
    ...loadConstant(6, 0x5555),
    asm("sw", { rs1: 5, rs2: 6 }),
    "end",
    asm("jal", { to: "end" }),
  ];
  return assemble(base, lines);
}

const qemu = installedQemu();

describe.skipIf(!qemu)("triggers (needs qemu-system-riscv64)", () => {
  test.each([1, 2, 3, 4])(
    "random matches of types 2 and 6, seed %i, fire in QEMU where they fire here",
    async (seed) => {
      const bytes = image(new Random(seed));
      const there = (await runInQemu(qemu as Qemu, bytes, 1, undefined, ["debug=true"])).split(
        "\n",
      );
      expect(there.length).toBe(cases + 1);
      const breakpoint = `${"A".repeat(15)}D`;
      const firing = there.filter((line) => line.split(" ")[1] === breakpoint);
      expect(firing.length).toBeGreaterThan(cases / 20);
      for (const execution of executions) {
        expect(runInMonitor(bytes, execution).console.split("\n")).toEqual(there);
      }
    },
  );
});
