/** Why there is no translation of some code, for the log. No guest can tell. */
export interface TranslationProblem {
  /** Virtual address at which the code was found hot. */
  readonly address: bigint;
  /** What was thrown. */
  readonly problem: string;
  /** Of what comes after it nothing is said. */
  readonly isLast: boolean;
}
