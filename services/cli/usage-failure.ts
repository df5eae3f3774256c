/**
 * A command line that cannot be used: a stable code, one sentence that says what is wrong, and what
 * to do about it. It looks like the monitor's `Failure`, which this layer may not import.
 */
export class UsageFailure extends Error {
  override readonly name = "UsageFailure";
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
