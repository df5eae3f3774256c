import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import {
  decodeMachine,
  type MachineState,
  neededPages,
  type RamContent,
  ramOfManifest,
} from "../../vmm/mod.ts";
import { unpackNumbers } from "./resident-pages.ts";

/** What `Monitor.restoreMachine` takes. */
export interface StoredMachine {
  readonly state: MachineState;
  readonly ram: RamContent;
}

export interface MachineOptions {
  /**
   * Reads what the machine begins with: the pages that its TLBs lead to. The others are absent: `run` ends with `absent` where it needs one, and they can be brought at any time.
   *
   *   const { state, ram } = await machineOf(image, { isLazy: true });
   *   const machine = monitor.restoreMachine(state, ram, resources);
   *   // when run says {kind: "absent", page}:
   *   machine.ram.supply(page, (await image.readPage(page)) ?? zeros);
   *   // and between two calls of run, as they come:
   *   for await (const { page, bytes } of image.read(ram.absent)) machine.ram.supply(page, bytes);
   */
  readonly isLazy?: boolean;
}

const zeroPage = new Uint8Array(4096);

/**
 * Reads a machine out of a checkpoint that `captureMachine` has made.
 *
 * @throws BlobError for what the store lacks or has damaged; Failure `snapshot-damaged` with the
 *   section for what no machine can be made of
 */
export async function machineOf(
  image: CheckpointImage,
  { isLazy = false }: MachineOptions = {},
): Promise<StoredMachine> {
  const sections = await image.readParts("section");
  const { state, ram } = decodeMachine(sections);
  const resident = unpackNumbers(sections.get("resident") ?? new Uint8Array());
  const { first } = neededPages(state);
  const here: number[] = [];
  const needed: number[] = [];
  const absent: number[] = [];
  for (const page of resident) {
    // A page may be in the checkpoint that a sweep has taken from the machine since, and of one that
    // is zeros there is nothing in it.
    const isStored = image.ramPage(page) !== undefined;
    if (isStored && isLazy && !first.has(page)) absent.push(page);
    else {
      here.push(page);
      if (isStored) needed.push(page);
    }
  }
  const pages = new Map<number, Uint8Array>();
  for await (const { page, bytes } of image.read(needed)) pages.set(page, bytes);
  const content = here.map((page) => ({ page, bytes: pages.get(page) ?? zeroPage }));
  return { state, ram: ramOfManifest(ram, () => content, absent) };
}
