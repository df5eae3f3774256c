import type { Bytes, Pages } from "../base/units.ts";
import type { Milliseconds, RoundStatistics } from "./is-converged.ts";
import type { PageKind } from "./page-batch.ts";
import type { KindStatistics } from "./page-encoder.ts";

/** A round of pre-copy that is over, and what it sent. */
export interface SentRound extends RoundStatistics {
  readonly pages: Pages;
  readonly bytes: Bytes;
}

/** What a migration was like, as its source saw it. */
export interface MigrationStatistics {
  /** Each round of pre-copy, when it was over. */
  readonly rounds: readonly SentRound[];
  readonly kinds: Readonly<Record<PageKind, Readonly<KindStatistics>>>;
  /** What compression was given, and what it made of it. */
  readonly compressed: { readonly from: Bytes; readonly to: Bytes };
  /** Everything that left, frames and all. */
  readonly sentBytes: Bytes;
  /** The machine's state, without pages. */
  readonly stateBytes: Bytes;
  /** Pages that were sent while the guest stood still, and after it had gone on elsewhere. */
  readonly stoppedPages: Pages;
  readonly laterPages: Pages;
  /** Pages that the guest waited for. */
  readonly demandedPages: Pages;
  /** From the guest's last instruction here to the word that it runs there. */
  readonly downtime: Milliseconds | undefined;
  /** From the guest's last instruction here to the word that it may run there. */
  readonly copied: Milliseconds | undefined;
  /** The part of its usual instructions that the guest gets at the moment. */
  readonly share: number;
}
