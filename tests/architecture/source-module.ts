/** What the architecture rules know of one source file: its path, its imports and the names it uses. */
export interface SourceModule {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Names of the host's globals that the file mentions, e.g. `Date` or `Math.random`. */
  readonly hostNames: readonly string[];
}

export interface Import {
  /** A path relative to the root for one of our files, the specifier as written for all else. */
  readonly target: string;
  readonly isOurs: boolean;
}
