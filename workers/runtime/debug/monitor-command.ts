/** A command of the monitor, or a topic of its `info`. */
export interface MonitorCommand {
  /** The first is the one that the help shows first. */
  readonly names: readonly [string, ...string[]];
  readonly operands: string;
  /** One line of help. */
  readonly summary: string;
  /** @returns what to show, lines with their ends */
  readonly run: (operands: string) => string;
}
