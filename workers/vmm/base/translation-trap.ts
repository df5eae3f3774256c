/**
 * Translated code has ended in a trap of the host's (`unreachable`, an access out of bounds, a stack that
 * is too small), which none that is right ever does. Registers were in the host's hands then, so nobody
 * knows what the machine is: it can only be disposed of. The guest is not at fault; without translation
 * the same run comes to its end.
 */
import { errorText } from "./error-text.ts";
import { Failure } from "./failure.ts";

export class TranslationTrap extends Failure {
  /** @param cause what the host has thrown */
  constructor(cause: unknown) {
    super(
      "translation-trap",
      `the machine's translated code has failed on this host (${errorText(cause)})`,
      "run it with -engine interpret, which is slower and comes to the same result",
    );
    this.cause = cause;
  }
}
