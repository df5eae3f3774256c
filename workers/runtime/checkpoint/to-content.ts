import type { CheckpointContent } from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import { decodeMachine, neededPages } from "../../vmm/mod.ts";
import type { ReadableFrames } from "../run-guest.ts";
import { inOrderOfNeed } from "./in-order-of-need.ts";

/**
 * What a thread has saved, as the store takes it: each frame is read when it is its turn. Of a machine
 * that is saved whole, pages that will be wanted first lie together in the store.
 */
export function toContent(saved: ReadableFrames): CheckpointContent {
  const { pages, frames, sections, isWhole, instructions, read } = saved;
  const places = Array.from(pages, (page, index) => ({ page, frame: frames[index] ?? 0 }));
  const inOrder = isWhole
    ? [...inOrderOfNeed(places, neededPages(decodeMachine(sections).state))]
    : places;
  return {
    pages: {
      *[Symbol.iterator]() {
        for (const { page, frame } of inOrder) yield { page, bytes: read(frame) };
      },
    },
    isWhole,
    parts: Array.from(sections, ([name, bytes]) => ({ kind: "section", name, bytes })),
    notes: { instructions },
  };
}
