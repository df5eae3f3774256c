import type { Bytes } from "../base/units.ts";

/** Width in bytes of one register access. An 8-byte access arrives as two 4-byte ones, low half first. */
export type AccessWidth = 1 | 2 | 4;

/**
 * A memory-mapped device as the bus sees it.
 *
 * A device knows offsets into its own window, not where the window lies. Values are unsigned
 * numbers of the access' width. An access that the device does not define reads as 0 and writes
 * nothing: guest-controlled input never throws out of `read` or `write`.
 */
export interface Device<State> {
  /** Stable short name, used in exit attributes and snapshots, e.g. `uart0`. */
  readonly name: string;
  read(offset: Bytes, width: AccessWidth): number;
  write(offset: Bytes, width: AccessWidth, value: number): void;
  /** Back to the state after power-on; attached resources stay attached. */
  reset(): void;
  /** Plain named data: numbers, strings, booleans, Uint8Array, arrays and records of them. */
  save(): State;
}

/** A level-triggered interrupt wire from a device to its interrupt controller. */
export interface InterruptLine {
  setLevel(asserted: boolean): void;
}
