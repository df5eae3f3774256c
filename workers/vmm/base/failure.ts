/**
 * A failure that a person reads: a stable code, one sentence, and what to do next.
 *
 * Thrown only where input enters (an image, a configuration, a command line), never by what a
 * running guest does.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: string;
  readonly hint: string;

  /**
   * @param code stable identifier in kebab-case, e.g. `elf-truncated`
   * @param message one sentence that says what is wrong
   * @param hint one sentence that says what to do about it
   */
  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
