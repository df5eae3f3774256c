/**
 * The debugger's door into one machine: registers, memory through a hart's MMU, single steps,
 * breakpoints and watchpoints. To be used between two calls of `Machine.run` only.
 *
 * Looking changes nothing: no accessed or dirty bit is set, no device register is read, no exit is
 * counted. Nor do breakpoints, watchpoints and `advance`: the guest does what it would have done, at
 * the same instructions, with the same exits (but `pause`, `trace.access` and `trace.dirty`, which are
 * the monitor's own). Writing and `step` are the debugger's own doing, and end the repeatability of a run.
 */
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import type { StopReason } from "./stop-reason.ts";
import type { Watchpoint } from "./watchpoint.ts";

/**
 * Registers by number, in gdb's own numbering for RISC-V: `x0`–`x31`, `pc`, `f0`–`f31`, then every
 * CSR at its number, then the privilege level (0 user, 1 supervisor, 3 machine).
 */
export const debugRegisters = { x0: 0, pc: 32, f0: 33, csr0: 65, privilege: 65 + 4096 } as const;

export interface DebugCsr {
  readonly name: string;
  readonly number: number;
}

/** A range of virtual addresses that is mapped evenly. */
export interface DebugMapping {
  readonly address: bigint;
  readonly physical: GuestPhysicalAddress;
  readonly bytes: Bytes;
  /** Bits 0 to 7 of the leaf entry: V R W X U G A D. */
  readonly flags: number;
}

/** A page of which a hart's software TLB knows the translation. */
export interface CachedTranslation {
  /** What decides a translation besides the address; see `mmu/tlb.ts`. */
  readonly context: string;
  readonly access: "fetch" | "load" | "store";
  readonly address: bigint;
}

export interface DebugInstruction {
  readonly bits: number;
  readonly bytes: 2 | 4;
  readonly text: string;
}

export interface DebugPort {
  readonly harts: number;
  /** The hart whose turn it is: it has executed the last instruction. */
  readonly presentHart: number;
  /** The control and status registers that the harts have. */
  readonly csrs: readonly DebugCsr[];
  /** What was placed in memory before the start. */
  readonly images: readonly {
    readonly role: string;
    readonly address: GuestPhysicalAddress;
    readonly bytes: Bytes;
  }[];
  /** What answers at which physical addresses, in their order. */
  readonly regions: readonly {
    readonly name: string;
    readonly address: GuestPhysicalAddress;
    readonly bytes: Bytes;
    readonly isMemory: boolean;
  }[];
  /** Exceptions and interrupts that a hart has taken. */
  trapCount(hart: number): number;
  hartState(hart: number): "running" | "waiting" | "stopped";

  /** @returns undefined where there is no such register, or it cannot be read now */
  readRegister(hart: number, register: number): bigint | undefined;
  /** @returns whether the register took the value; of a CSR, the bits that it has */
  writeRegister(hart: number, register: number, value: bigint): boolean;

  /** Walks as a load of the hart would, whatever the page permits. */
  translate(hart: number, address: bigint): GuestPhysicalAddress | undefined;
  /** Reads as many bytes as are memory, from the first on. */
  readMemory(hart: number, address: bigint, bytes: Bytes): Uint8Array;
  /** @returns false where a byte of it is no RAM; nothing is written then */
  writeMemory(hart: number, address: bigint, bytes: Uint8Array): boolean;
  readPhysical(address: GuestPhysicalAddress, bytes: Bytes): Uint8Array;
  writePhysical(address: GuestPhysicalAddress, bytes: Uint8Array): boolean;
  /** What a hart's page table maps, in the order of addresses; see `listMappings` for how much of it. */
  mappings(hart: number): Iterable<DebugMapping>;
  cachedTranslations(hart: number): Iterable<CachedTranslation>;
  disassemble(hart: number, address: bigint): DebugInstruction | undefined;

  /**
   * Executes one instruction of a hart, breakpoint or not. No interrupt is taken before it, as with
   * QEMU's default single step; time goes on by one instruction.
   *
   * @param how.lettingOthersRun whether each other hart that can executes one instruction too, so
   *   that the hart may step through a wait for them
   * @param how.passingWatchpoints whether the instruction is executed whatever it accesses
   * @returns what else happened: the guest powered off, or one of the others came to a breakpoint
   */
  step(
    hart: number,
    how: { readonly lettingOthersRun?: boolean; readonly passingWatchpoints?: boolean },
  ): StopReason | undefined;
  /**
   * What `Machine.run(1)` does: the hart whose turn it is executes one instruction, after the interrupt
   * that it takes there. Breakpoints and watchpoints at the instructions where these harts stand now do
   * not stop it.
   */
  advance(passing: readonly number[]): StopReason;
  /** Virtual addresses before whose instruction `run` stops, on every hart. Replaces the last set. */
  setBreakpoints(addresses: Iterable<bigint>): void;
  /** Ranges before an access to which `run` stops. Replaces the last list. */
  setWatchpoints(watchpoints: readonly Watchpoint[]): void;
}
