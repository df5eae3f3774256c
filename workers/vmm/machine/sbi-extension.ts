import type { SbiHart } from "./sbi-ports.ts";

/** Error codes of the SBI, chapter 3. */
export const sbiError = {
  success: 0,
  failed: -1,
  notSupported: -2,
  invalidParameter: -3,
  invalidAddress: -5,
  alreadyAvailable: -6,
  alreadyStarted: -7,
  alreadyStopped: -8,
} as const;

/** What a call gives back in `a0` and `a1`; values are below 2^53 or small and negative. */
export interface SbiResult {
  readonly error: number;
  readonly value: number;
}

/** A group of functions under one extension number. */
export interface SbiExtension {
  readonly id: number;
  /** `undefined` for a call that does not return to its caller. */
  call(hart: SbiHart, functionId: number): SbiResult | undefined;
}

/** A call that went well. */
export function sbiSuccess(value = 0): SbiResult {
  return { error: sbiError.success, value };
}

/** A call that did not. */
export function sbiFailure(error: number): SbiResult {
  return { error, value: 0 };
}

/** The numbers of the argument registers. */
export const argument = { a0: 10, a1: 11, a2: 12, a3: 13, a4: 14, a5: 15, a6: 16, a7: 17 } as const;

/** An argument as a number; one of 2^53 or more loses low bits, which no valid argument has. */
export function readArgument(hart: SbiHart, register: number): number {
  return hart.xHigh(register) * 2 ** 32 + hart.x(register);
}
