import type { DebugPort, Watchpoint } from "../../vmm/mod.ts";
import type { PauseReason } from "./run-control.ts";

/** Here at once where the guest is here. */
export type Awaitable<T> = T | Promise<T>;

/** Why something was not done, for gdb to show. */
export interface Refusal {
  readonly refusal: string;
}

/**
 * The run that a gdb debugs, in this process or elsewhere. Whatever is asked about it is asked while it
 * stands still.
 */
export interface GdbTarget {
  readonly harts: number;
  readonly csrs: DebugPort["csrs"];
  /** The hart whose turn it is. */
  readonly presentHart: number;
  hartState(hart: number): "running" | "waiting" | "stopped";
  /** @returns undefined where there is no such register, or it cannot be read now */
  readRegister(hart: number, register: number): Awaitable<bigint | undefined>;
  writeRegister(hart: number, register: number, value: bigint): boolean | Refusal;
  /** Reads as many bytes as are memory, from the first on. */
  readMemory(hart: number, address: bigint, bytes: number): Awaitable<Uint8Array>;
  writeMemory(hart: number, address: bigint, bytes: Uint8Array): boolean | Refusal;
  readonly watchpoints: readonly Watchpoint[];
  setBreakpoints(addresses: ReadonlySet<bigint>): Awaitable<void>;
  setWatchpoints(watchpoints: readonly Watchpoint[]): Awaitable<void>;
  pause(): void;
  resume(): void;
  resumeAlone(hart: number): void;
  step(hart: number, lettingOthersRun: boolean): void;
  /** A line of the monitor. */
  monitor(line: string): Awaitable<string>;
  /** gdb is gone: the run goes on as if there never had been one. */
  leave(): void;
  quit(): void;
  /**
   * @param hear.onPause the run stands still
   * @param hear.onEnd it is over, with this exit status; or without one: gdb has nothing to do with it any more
   * @param hear.onWords what a person should read, while the guest runs
   * @returns stops listening
   */
  listen(hear: {
    onPause(why: PauseReason): void;
    onEnd(status: number | undefined): void;
    onWords(text: string): void;
  }): () => void;
}
