import type { CheckpointContent } from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import type { ReadableFrames } from "../run-guest.ts";

/**
 * What a thread has saved, as the store takes it: each frame is read when it is its turn.
 *
 * @param first pages that will be wanted before the others: they lie together in the store
 */
export function toContent(
  saved: ReadableFrames,
  first: ReadonlySet<number> = new Set(),
): CheckpointContent {
  const { pages, frames, sections, isWhole, instructions, read } = saved;
  const turns = first.size === 0 ? [false] : [true, false];
  return {
    pages: {
      *[Symbol.iterator]() {
        for (const isFirst of turns) {
          for (const [index, page] of pages.entries()) {
            if (first.has(page) === isFirst) yield { page, bytes: read(frames[index] ?? 0) };
          }
        }
      },
    },
    isWhole,
    parts: Array.from(sections, ([name, bytes]) => ({ kind: "section", name, bytes })),
    notes: { instructions },
  };
}
