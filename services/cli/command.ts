/**
 * What one subcommand of `trapline` is. Each module in `commands/` exports `const command: Command`;
 * `main.ts` loads it only when it is asked for, so a command may import what it likes.
 */
export interface Command {
  /** The text of `trapline NAME --help`; ends with a line break. */
  readonly help: string;
  /**
   * Runs the command to its end and gives the process' exit status.
   *
   * Throw an error with a `hint` (a `Failure`, a `UsageFailure`) for what the person in front of the
   * terminal can mend: `main.ts` prints its sentence and the hint and exits with status 1. Anything
   * else is a defect and prints its stack.
   */
  run(words: readonly string[], terminal: CommandTerminal): Promise<number>;
}

/** The streams that a command writes text to; given in so that a test can listen. */
export interface CommandTerminal {
  out(text: string): void;
  err(text: string): void;
}
