/** What a chain says of one instant of a run. */
export interface Link {
  /** Instructions retired and exceptions taken since power-on. */
  readonly steps: number;
  readonly hash: string;
}

/** The state hashes of a run, from its first interval to its end. */
export interface Chain {
  readonly guest: string;
  readonly links: readonly Link[];
  /** Why the run ended; `budget` where only its beginning is looked at. */
  readonly ending: string;
  readonly exits: Readonly<Record<string, number>>;
}
