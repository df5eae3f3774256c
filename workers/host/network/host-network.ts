import type { NetBackend } from "../../vmm/mod.ts";

/**
 * A network of the host as the far end of a card's cable.
 *
 * Frames come whenever the host brings them, so a run with one of these is no function of its
 * inputs any more: never to be given to a machine that is graded. Frames that arrive are handed over
 * between two calls of `Machine.run`; what the host cannot take at once is lost, as on any wire.
 */
export interface HostNetwork extends NetBackend {
  /** Where it is, in words: for messages and `info network`. */
  readonly place: string;
  close(): Promise<void>;
}
