/** Why generated code comes back to the monitor, as it stands in a hart's `stopRequest`. */
export const stopCodes = {
  /** Nothing asked: the budget is used up. */
  budget: 0,
  /** `wfi` with nothing pending. */
  idle: 1,
  /** The monitor itself asked (power-off, a new deadline, `Machine.stop`). */
  requested: 2,
  /** The instruction stored into the watched frame. */
  watched: 3,
  /** The next instruction has a debugger's breakpoint, or accesses what is watched. */
  debug: 4,
  /** `pause` and its like: the other harts' turn. */
  turn: 5,
} as const;
