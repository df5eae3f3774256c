import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import { decodeMachine, type MachineState, type RamContent, ramOfManifest } from "../../vmm/mod.ts";
import { unpackNumbers } from "./resident-pages.ts";

/** What `Monitor.restoreMachine` takes. */
export interface StoredMachine {
  readonly state: MachineState;
  readonly ram: RamContent;
}

const zeroPage = new Uint8Array(4096);

/**
 * Reads a whole machine out of a checkpoint that `captureMachine` has made.
 *
 * @throws BlobError for what the store lacks or has damaged; Failure `snapshot-damaged` with the
 *   section for what no machine can be made of
 */
export async function machineOf(image: CheckpointImage): Promise<StoredMachine> {
  const sections = new Map<string, Uint8Array>();
  for (const { kind, name } of image.header.parts) {
    if (kind === "section") sections.set(name, await image.readPart(kind, name));
  }
  const { state, ram } = decodeMachine(sections);
  const resident = unpackNumbers(sections.get("resident") ?? new Uint8Array());
  const pages = new Map<number, Uint8Array>();
  // Pages that a sweep has taken from the machine since are in the checkpoint, but not in the machine.
  const isResident = new Set(resident);
  const wanted = image.ramPages.filter((page) => isResident.has(page));
  for await (const { page, bytes } of image.read(wanted)) pages.set(page, bytes);
  const content = resident.map((page) => ({ page, bytes: pages.get(page) ?? zeroPage }));
  return { state, ram: ramOfManifest(ram, () => content) };
}
