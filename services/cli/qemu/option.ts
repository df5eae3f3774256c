import type { Draft } from "./draft.ts";

/** One row of the option table. */
export interface Option {
  /** Without dashes. The first is the one that messages and the help use. */
  readonly names: readonly [string, ...string[]];
  /** What stands behind the option in the help; absent for an option that takes no value. */
  readonly value?: string;
  /** One line of help. */
  readonly summary: string;
  /** Whether the option is ours and not QEMU's: those also take `--name=value`. */
  readonly isOwn?: true;
  /** @throws UsageFailure with a sentence about the value */
  readonly set: (draft: Draft, value: string) => void;
}
