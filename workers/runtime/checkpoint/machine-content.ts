import type {
  CheckpointContent,
  CheckpointPart,
} from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import {
  encodeMachine,
  type Machine,
  type MachineState,
  neededPages,
  type RamImage,
} from "../../vmm/mod.ts";
import { inOrderOfNeed } from "./in-order-of-need.ts";
import { packNumbers } from "./resident-pages.ts";

/** A machine at one instant, ready to be published while the machine goes on. */
export interface CapturedMachine {
  readonly content: CheckpointContent;
  /** Gives the frames back; once the content is published, or will not be. */
  release(): void;
}

/**
 * Captures a machine between two calls of `run`: its RAM is shared from now on, not copied, and
 * everything else is made into sections when they are asked for.
 *
 *   const log = machine.ram.openDirtyLog();
 *   const first = captureMachine(machine);                  await writer.publish(first.content);
 *   machine.run(…);
 *   const next = captureMachine(machine, log.harvest());    await writer.publish(next.content);
 *
 * @param changed pages written since the checkpoint that the next one builds upon; without it, whole.
 *   Pages of a checkpoint that could not be published have to be named again
 * @throws RangeError for the whole of a machine of which pages are absent
 */
export function captureMachine(machine: Machine, changed?: readonly number[]): CapturedMachine {
  const state = machine.save();
  if (changed === undefined && machine.ram.absentPages > 0) {
    throw new RangeError("a machine is not here whole");
  }
  const image = machine.ram.capture();
  let parts: CheckpointPart[] | undefined;
  return {
    content: {
      pages: { [Symbol.iterator]: () => pagesOf(image, state, changed) },
      isWhole: changed === undefined,
      get parts() {
        parts ??= partsOf(image, state);
        return parts;
      },
      notes: { instructions: machine.retired },
    },
    release: () => image.release(),
  };
}

/** What is wanted first comes first: a machine that begins with it alone then finds it in few places. */
function* pagesOf(image: RamImage, state: MachineState, changed?: readonly number[]) {
  const wanted = changed && new Set(changed);
  const pages = Array.from(image.pages()).filter(({ page }) => wanted?.has(page) !== false);
  yield* inOrderOfNeed(pages, neededPages(state));
}

function partsOf(image: RamImage, state: MachineState): CheckpointPart[] {
  const { readZeros, sweepAt } = image;
  // Which pages there are stands in a part, what is in them in the checkpoint itself.
  const ram = { pages: new Uint32Array(), hashes: new Uint8Array(), readZeros, sweepAt };
  const sections = encodeMachine({ state, ram });
  const resident = [...Array.from(image.pages(), ({ page }) => page), ...image.absent];
  sections.set("resident", packNumbers(resident.sort((a, b) => a - b)));
  return [...sections].map(([name, bytes]) => ({ kind: "section" as const, name, bytes }));
}
