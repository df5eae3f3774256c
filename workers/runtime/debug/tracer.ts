/**
 * Logs what a machine executes, by executing one instruction at a time: exact, and about a thousand
 * times slower than running. The guest cannot tell: it does what it would have done.
 */
import {
  type DebugPort,
  debugRegisters,
  type Instructions,
  type Machine,
  type StopReason,
} from "../../vmm/mod.ts";
import { showRegisters } from "./show-registers.ts";
import type { TraceItem } from "./trace-items.ts";

const interruptBit = 1n << 63n;
const exceptionNames = [
  ...["instruction misaligned", "instruction access fault", "illegal instruction", "breakpoint"],
  ...["load misaligned", "load access fault", "store misaligned", "store access fault"],
  ...["call from U", "call from S", "reserved", "call from M", "instruction page fault"],
  ...["load page fault", "reserved", "store page fault"],
];
const interruptNames = new Map([
  [1, "supervisor software"],
  [3, "machine software"],
  [5, "supervisor timer"],
  [7, "machine timer"],
  [9, "supervisor external"],
  [11, "machine external"],
]);

export class Tracer {
  readonly #items: ReadonlySet<TraceItem>;
  readonly #write: (text: string) => void;
  /** Instructions that were logged once, as address and bits. */
  readonly #seen = new Set<string>();

  constructor(items: ReadonlySet<TraceItem>, write: (text: string) => void) {
    this.#items = items;
    this.#write = write;
  }

  run(machine: Machine, instructions: Instructions): StopReason {
    const { debug } = machine;
    for (let done = 0; done < instructions; done++) {
      const before = Array.from({ length: debug.harts }, (_, hart) => ({
        pc: pcOf(debug, hart),
        traps: debug.trapCount(hart),
      }));
      const retired = machine.retired;
      const reason = machine.run(1);
      const hart = debug.presentHart;
      const { pc, traps } = before[hart] ?? { pc: 0n, traps: 0 };
      const newTraps = debug.trapCount(hart) - traps;
      if (newTraps > 0 && this.#items.has("int")) this.#write(trapLine(debug, hart));
      // After an interrupt the instruction is the handler's first, whose address has gone by.
      if (machine.retired > retired && newTraps === 0) this.#executed(debug, hart, pc);
      if (this.#items.has("cpu") && (machine.retired > retired || newTraps > 0)) {
        this.#write(`hart ${hart}\n${showRegisters(debug, hart, false)}\n`);
      }
      if (reason.kind !== "budget") return reason;
    }
    return { kind: "budget" };
  }

  #executed(debug: DebugPort, hart: number, pc: bigint): void {
    const wantsAll = this.#items.has("exec");
    if (!wantsAll && !this.#items.has("in_asm")) return;
    const instruction = debug.disassemble(hart, pc);
    if (instruction === undefined) return;
    const key = `${pc} ${instruction.bits}`;
    if (!wantsAll && this.#seen.has(key)) return;
    this.#seen.add(key);
    const bits = instruction.bits
      .toString(16)
      .padStart(instruction.bytes * 2, "0")
      .padEnd(8);
    this.#write(`${wantsAll ? `${hart} ` : ""}0x${hex(pc)}:  ${bits}  ${instruction.text}\n`);
  }
}

function pcOf(debug: DebugPort, hart: number): bigint {
  return debug.readRegister(hart, debugRegisters.pc) ?? 0n;
}

/** The trap that a hart took last, by the registers of the level that it is handled in. */
function trapLine(debug: DebugPort, hart: number): string {
  const level = debug.readRegister(hart, debugRegisters.privilege) === 3n ? "m" : "s";
  const csr = (name: string) => {
    const known = debug.csrs.find((row) => row.name === `${level}${name}`);
    return known && debug.readRegister(hart, debugRegisters.csr0 + known.number);
  };
  const cause = csr("cause") ?? 0n;
  const isInterrupt = (cause & interruptBit) !== 0n;
  const code = Number(cause & 0xffn);
  const name = isInterrupt ? interruptNames.get(code) : exceptionNames[code];
  const place = `epc:0x${hex(csr("epc") ?? 0n)}, tval:0x${hex(csr("tval") ?? 0n)}`;
  return `trap: hart:${hart}, async:${isInterrupt ? 1 : 0}, cause:${hex(BigInt(code))}, ${place}, to:${level.toUpperCase()}, desc=${name ?? "unknown"}\n`;
}

function hex(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}
