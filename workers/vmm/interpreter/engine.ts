/**
 * The interpreter as one WebAssembly module over the machine memory, instantiated once for a
 * worker thread and shared by all its VMs: a hart is a parameter.
 *
 *     execute(hart) → stop code: runs until the hart's budget is used up or something asks to stop
 *     step(hart):     executes one instruction (for debuggers, and as the reference in tests)
 *     selectContext(hart), flush(hart): after JavaScript changed privileged state
 */
import type { WasmCompiler, WasmTable } from "../base/wasm-compiler.ts";
import { csrIndexTable } from "../hart/csr-access.ts";
import { floatConstants } from "../hart/float/constants.ts";
import {
  constantTablesBase,
  floatConstantsBase,
  pageBytes,
  zeroFrameWord,
} from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";

/** What generated code asks of the monitor. All operands and results are 32-bit numbers. */
export interface EngineCallbacks {
  /** A device register; sets the hart's `faulted` where nothing is mapped. */
  deviceLoad(hart: number, address: number, width: number): number;
  deviceStore(hart: number, address: number, width: number, value: number): undefined;
  /**
   * An access in a page with watchpoints: halves of the virtual address, width | `watchKinds`.
   * @returns 1 where a debugger wants to stop before it
   */
  watched(hart: number, low: number, high: number, access: number): number;
  /** Gives a page of RAM a private frame. @returns its map entry */
  materialise(hart: number, page: number): number;
  /** An absent page is needed. Throws where it stays absent. */
  absent(hart: number, page: number): undefined;
  /** A store is about to change a page with pre-decoded code, by its slot in the guest map. */
  codeWritten(slot: number, offset: number, width: number): undefined;
  codeAllocate(slot: number): number;
  /** @returns where the record is now */
  codeDecode(record: number, slot: number): number;
  codeDecodeInto(record: number, bits: number): undefined;
  /**
   * The record of the instruction at `pc` is marked for a debugger.
   *
   * @returns 1 where the monitor is to look before it is executed
   */
  breakpoint(hart: number, record: number): number;
  hypercall(hart: number): undefined;
  /**
   * The place that `pc` stands at is hot.
   * @param from number of the region that execution came from, or was left at `pc`, or `noRegion`
   */
  hot(hart: number, from: number): undefined;
  /** What was found hot is to be translated now. */
  translate(hart: number): undefined;
  /** The guest wrote `stimecmp` or `menvcfg`: see `SupervisorTimer`. */
  timerChanged?(hart: number): undefined;
  /** An exit whose turn it is to be timed: calls the engine's function of that name. */
  timeExit?(hart: number, what: number): undefined;
  /** When an event counter may overflow has changed: see `stepsUntilOverflow`. */
  countersChanged?(hart: number): undefined;
}

export interface Engine {
  execute(hart: number): number;
  step(hart: number): void;
  /** Takes the pending interrupt of the highest priority that is enabled, if there is one. */
  deliverInterrupt(hart: number): void;
  selectContext(hart: number): void;
  flush(hart: number): void;
  /** What `sfence.vma` of a page, of an address space, and of a page in one does. */
  flushPage(hart: number, address: bigint): void;
  flushSpace(hart: number, asid: bigint): void;
  flushSpacePage(hart: number, asid: bigint, address: bigint): void;
  /** Reports overflows of event counters; see `stepsUntilOverflow`. */
  updateCounters(hart: number): void;
  /** For debuggers: reads and writes a CSR with the hart's privilege; see `CsrAccess`. */
  accessCsr(
    hart: number,
    number: number,
    update: number,
    operand: bigint,
    reads: number,
    writes: number,
  ): bigint;
  /** 1 where the last `accessCsr` was not allowed. */
  isCsrRefused(): number;
}

/** @param code the module of `engineModule` */
export function createEngine(
  compiler: WasmCompiler,
  memory: MachineMemory,
  table: WasmTable,
  callbacks: EngineCallbacks,
  code: Uint8Array,
): Engine {
  memory.bytes.set(csrIndexTable(), constantTablesBase);
  memory.bytes.set(floatConstants(), floatConstantsBase);
  memory.setWord(zeroFrameWord, memory.zeroFrame * pageBytes);
  const functions = {
    deviceLoad: callbacks.deviceLoad.bind(callbacks),
    deviceStore: callbacks.deviceStore.bind(callbacks),
    materialise: callbacks.materialise.bind(callbacks),
    absent: callbacks.absent.bind(callbacks),
    codeWritten: callbacks.codeWritten.bind(callbacks),
    codeAllocate: callbacks.codeAllocate.bind(callbacks),
    codeDecode: callbacks.codeDecode.bind(callbacks),
    codeDecodeInto: callbacks.codeDecodeInto.bind(callbacks),
    breakpoint: callbacks.breakpoint.bind(callbacks),
    watched: callbacks.watched.bind(callbacks),
    hypercall: callbacks.hypercall.bind(callbacks),
    hot: callbacks.hot.bind(callbacks),
    translate: callbacks.translate.bind(callbacks),
    timerChanged: callbacks.timerChanged?.bind(callbacks) ?? (() => undefined),
    timeExit: callbacks.timeExit?.bind(callbacks) ?? (() => undefined),
    countersChanged: callbacks.countersChanged?.bind(callbacks) ?? (() => undefined),
  };
  const exports = compiler.instantiate(code, { memory: memory.wasm, table, functions });
  return exports as unknown as Engine;
}
