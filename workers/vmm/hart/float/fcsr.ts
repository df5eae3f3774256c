/** Fields of `fcsr` (RISC-V unprivileged manual, chapter F, "Floating-Point Control and Status"). */

/** `rm` and `frm`; 5 and 6 are reserved, 7 in an instruction means "what `frm` says". */
export const roundingMode = {
  nearestEven: 0,
  towardZero: 1,
  down: 2,
  up: 3,
  nearestMaxMagnitude: 4,
} as const;

/** Accrued exceptions, `fflags`. */
export const exceptionFlag = {
  inexact: 1,
  underflow: 2,
  overflow: 4,
  divideByZero: 8,
  invalid: 16,
} as const;
