import type { CheckpointContent } from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import { encodeMachine, type Machine } from "../../vmm/mod.ts";
import { packNumbers } from "./resident-pages.ts";

/** A machine at one instant, ready to be published while the machine goes on. */
export interface CapturedMachine {
  readonly content: CheckpointContent;
  /** Gives the frames back; once the content is published, or will not be. */
  release(): void;
}

/**
 * Captures a machine between two calls of `run`: its RAM is shared from now on, not copied, and
 * everything else is made into sections.
 *
 *   const log = machine.ram.openDirtyLog();
 *   const first = captureMachine(machine);                  await writer.publish(first.content);
 *   machine.run(…);
 *   const next = captureMachine(machine, log.harvest());    await writer.publish(next.content);
 *
 * @param changed pages written since the checkpoint that the next one builds upon; without it, whole.
 *   Pages of a checkpoint that could not be published have to be named again
 */
export function captureMachine(machine: Machine, changed?: readonly number[]): CapturedMachine {
  const state = machine.save();
  const image = machine.ram.capture();
  const resident = Array.from(image.pages(), ({ page }) => page);
  const { readZeros, sweepAt } = image;
  // Which pages there are stands in a part, what is in them in the checkpoint itself.
  const pages = new Uint32Array();
  const sections = encodeMachine({
    state,
    ram: { pages, hashes: new Uint8Array(), readZeros, sweepAt },
  });
  sections.set("resident", packNumbers(resident));
  const wanted = changed && new Set(changed);
  return {
    content: {
      pages: {
        *[Symbol.iterator]() {
          for (const one of image.pages()) {
            if (wanted?.has(one.page) !== false) yield one;
          }
        },
      },
      isWhole: wanted === undefined,
      parts: [...sections].map(([name, bytes]) => ({ kind: "section" as const, name, bytes })),
      notes: { instructions: machine.retired },
    },
    release: () => image.release(),
  };
}
