/**
 * Where a guest is, looked at each so many steps of its own: a profile is a function of the run, the
 * same bytes on each host, however busy, and however the run is sliced. The guest cannot tell.
 *
 * Stacks are followed by frame pointers (RISC-V ELF psABI, 1.3: return address and the caller's frame
 * pointer lie below `s0`); code without them shows the function that it is in, and what called it as far
 * as it can be told.
 */
import {
  type DebugPort,
  debugRegisters,
  type Instructions,
  type Machine,
  type StopReason,
} from "../../vmm/mod.ts";
import type { SymbolTable } from "./symbol-table.ts";

/** How often each stack was seen. */
export type ProfileStacks = readonly (readonly [stack: string, count: number])[];

/** More different ones are counted together. */
const mostStacks = 4096;
const others = "[others]";
const deepest = 64;
const returnAddress = 1;
const framePointer = 8;
const privileges = ["user", "supervisor", "reserved", "machine"];
/** By which frames and few return addresses can be divided. */
const stackAlignment = 16n;
/** No stack frame is larger; what points farther away is no frame pointer. */
const longestFrame = 1n << 20n;

export class GuestProfiler {
  readonly #period: Instructions;
  readonly #symbols: SymbolTable;
  readonly #stacks = new Map<string, number>();

  /**
   * @param period steps from one look to the next; best a number that no loop of a guest has
   */
  constructor(period: Instructions, symbols: SymbolTable) {
    this.#period = period;
    this.#symbols = symbols;
  }

  /** Takes up what was seen of the run before, elsewhere. */
  add(stacks: ProfileStacks): void {
    for (const [stack, count] of stacks) this.#note(stack, count);
  }

  /** What `add` takes. */
  save(): ProfileStacks {
    return [...this.#stacks];
  }

  /** In place of `machine.run`. @param run what runs the machine */
  run(
    machine: Machine,
    instructions: Instructions,
    run: (instructions: Instructions) => StopReason = (slice) => machine.run(slice),
  ): StopReason {
    const end = machine.steps + instructions;
    for (;;) {
      const before = machine.steps;
      const left = end - machine.steps;
      const untilLook = this.#period - (machine.steps % this.#period);
      const reason = run(Math.min(left, untilLook));
      // Somebody holds it.
      if (machine.steps === before) return reason;
      const isLook = machine.steps % this.#period === 0;
      if (reason.kind === "budget" && isLook) this.#look(machine.debug);
      if (reason.kind !== "budget" || machine.steps >= end) return reason;
      // The monitor may come back before, for reasons of its own.
    }
  }

  /** One line for each stack, outermost function first, as flame graphs are made of (B. Gregg). */
  folded(): string {
    const lines = [...this.#stacks].map(([stack, count]) => `${stack} ${count}\n`);
    return lines.sort().join("");
  }

  #look(debug: DebugPort): void {
    const hart = debug.presentHart;
    const register = (number: number) => debug.readRegister(hart, number) ?? 0n;
    const privilege = privileges[Number(register(debugRegisters.privilege))] ?? "reserved";
    const [frame, back] = [register(framePointer), register(returnAddress)];
    const frames = [register(debugRegisters.pc), ...callers(debug, hart, { frame, back })];
    const names = frames.map((address) => this.#symbols.nameAt(address) ?? "[unknown]");
    // A chain of unknown functions says no more than one.
    const told = names.filter((name, i) => name !== "[unknown]" || name !== names[i - 1]);
    const stack = [privilege, ...told.reverse()].join(";");
    this.#note(stack, 1);
  }

  /** In the order of the run, so that the same ones are left out each time. */
  #note(stack: string, count: number): void {
    const isNew = !this.#stacks.has(stack);
    const known = isNew && this.#stacks.size >= mostStacks ? others : stack;
    this.#stacks.set(known, (this.#stacks.get(known) ?? 0) + count);
  }
}

interface Innermost {
  readonly frame: bigint;
  /** What is in the register for return addresses. */
  readonly back: bigint;
}

/** Return addresses, the innermost first, as far as they look like some. */
function callers(debug: DebugPort, hart: number, innermost: Innermost): bigint[] {
  const found: bigint[] = [];
  let { frame } = innermost;
  while (found.length < deepest && frame !== 0n && frame % 8n === 0n) {
    const bytes = debug.readMemory(hart, BigInt.asUintN(64, frame - 16n), 16);
    if (bytes.length < 16) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    let back = view.getBigUint64(8, true);
    let outer = view.getBigUint64(0, true);
    // What calls nobody keeps its return address in the register, and the frame in its place.
    const isLeaf = found.length === 0 && leadsOut(frame, back) && back % stackAlignment === 0n;
    if (isLeaf) {
      outer = back;
      back = innermost.back;
    }
    if (back === 0n) break;
    // A call is the instruction before.
    found.push(back - 1n);
    if (!leadsOut(frame, outer)) break;
    frame = outer;
  }
  return found;
}

/** Whether an address may be that of the frame around one. */
function leadsOut(frame: bigint, outer: bigint): boolean {
  return outer > frame && outer - frame <= longestFrame;
}
