import type {
  CheckpointContent,
  CheckpointPart,
} from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import {
  codePageNumbers,
  encodeMachine,
  type Machine,
  type MachineState,
  type RamImage,
} from "../../vmm/mod.ts";
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
 */
export function captureMachine(machine: Machine, changed?: readonly number[]): CapturedMachine {
  const state = machine.save();
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

/** Executed pages first: a machine that begins with them alone then finds them in few places. */
function* pagesOf(image: RamImage, { code }: MachineState, changed?: readonly number[]) {
  const executed = new Set(codePageNumbers(code));
  const wanted = changed && new Set(changed);
  for (const isExecuted of [true, false]) {
    for (const one of image.pages()) {
      if (executed.has(one.page) === isExecuted && wanted?.has(one.page) !== false) yield one;
    }
  }
}

function partsOf(image: RamImage, state: MachineState): CheckpointPart[] {
  const { readZeros, sweepAt } = image;
  // Which pages there are stands in a part, what is in them in the checkpoint itself.
  const ram = { pages: new Uint32Array(), hashes: new Uint8Array(), readZeros, sweepAt };
  const sections = encodeMachine({ state, ram });
  sections.set("resident", packNumbers(Array.from(image.pages(), ({ page }) => page)));
  return [...sections].map(([name, bytes]) => ({ kind: "section" as const, name, bytes }));
}
