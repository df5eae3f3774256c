import type { CheckpointContent } from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import type { ReadableFrames } from "../run-guest.ts";

/** What a thread has saved, as the store takes it: each frame is read when it is its turn. */
export function toContent(saved: ReadableFrames): CheckpointContent {
  const { pages, frames, sections, isWhole, instructions, read } = saved;
  return {
    pages: {
      *[Symbol.iterator]() {
        for (const [index, page] of pages.entries()) {
          yield { page, bytes: read(frames[index] ?? 0) };
        }
      },
    },
    isWhole,
    parts: Array.from(sections, ([name, bytes]) => ({ kind: "section", name, bytes })),
    notes: { instructions },
  };
}
