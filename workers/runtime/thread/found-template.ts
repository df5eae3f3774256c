import type { SavedRun, SomePages } from "./thread-protocol.ts";

/** A template that is there, without the pages that follow. */
export interface FoundTemplate {
  readonly saved: SavedRun;
  /** In parts; ends with nothing where the others cannot be had. */
  readonly rest: AsyncIterable<SomePages | undefined>;
}
