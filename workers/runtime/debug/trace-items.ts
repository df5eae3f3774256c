/** What `-d` can log. */
export const traceItems = {
  in_asm: "each instruction when it is executed for the first time, in assembly",
  exec: "each instruction that is executed",
  int: "exceptions and interrupts",
  cpu: "the integer registers and CSRs after each instruction",
} as const;

export type TraceItem = keyof typeof traceItems;
