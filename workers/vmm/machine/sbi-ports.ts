import type { GuestPhysicalAddress } from "../base/units.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import type { GuestMemory } from "../memory/guest-memory.ts";

export type SbiHartStatus = "started" | "stopped" | "suspended";

/** What a fence is for: all translations, those of an address space, or of some pages. */
export interface TranslationFence {
  /** ASID. */
  readonly space?: bigint;
  /** Virtual address of the first one. */
  readonly pages?: { readonly first: bigint; readonly count: number };
}

/**
 * What the SBI needs of a hart. Registers are the general ones by number, in two unsigned halves.
 * The hart itself moves its `pc` past the `ecall`; whether before or after the call, the SBI cannot
 * tell.
 */
export interface SbiHart {
  readonly id: number;
  readonly status: SbiHartStatus;
  /** Bits 31:0 of register `index`. */
  x(index: number): number;
  /** Bits 63:32 of register `index`. */
  xHigh(index: number): number;
  setX(index: number, low: number, high: number): void;
  /** Control and status registers, with the rights of machine mode; 0 where there is none. */
  readCsr(number: number): bigint;
  writeCsr(number: number, value: bigint): void;
  /** Sets `sip.SSIP`. */
  raiseSoftware(): void;
  /** Clears `sip.SSIP`. */
  clearSoftware(): void;
  /** `fence.i` on this hart. */
  flushInstructions(): void;
  /** `sfence.vma` on this hart. */
  flushTranslations(fence: TranslationFence): void;
  /** From "stopped": S-mode at `pc`, `satp` 0, interrupts off, `a0` = id, `a1` = the opaque value. */
  start(pc: GuestPhysicalAddress, opaqueLow: number, opaqueHigh: number): void;
  /** To "stopped": the hart runs nothing until `start`. */
  stop(): void;
  /** Waits as `wfi` does: "suspended" until an enabled interrupt is pending, then goes on. */
  suspend(): void;
}

/** The supervisor timer: `sip.STIP` of a hart is up while `time >= compare`. The CLINT can do it. */
export interface SbiTimer {
  setCompare(hart: number, low: number, high: number): void;
}

/** The debug console. */
export interface SbiConsole {
  write(byte: number): void;
  /** The next byte of input; `undefined` when there is none. */
  takeInput(): number | undefined;
}

/** What the SBI needs of the machine. */
export interface SbiMachine {
  readonly harts: readonly SbiHart[];
  readonly memory: GuestMemory;
  readonly timer: SbiTimer;
  readonly console: SbiConsole;
  /** Ends the run after the present instruction. */
  stop(request: FinisherRequest): void;
  /** Hears of each call, before it is served. */
  onCall?(extension: number, functionId: number): void;
}
