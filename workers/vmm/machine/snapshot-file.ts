/**
 * A whole machine in one file: what `savevm` writes where there is no store for pages.
 *
 *     const file = writeSnapshot(machine);
 *     const { state, ram } = readSnapshot(file);
 *     const again = monitor.restoreMachine(state, ram, resources);
 */

import { sha256 } from "@noble/hashes/sha2.js";
import type { RamContent } from "../memory/ram-image.ts";
import {
  type Checksum,
  type ReadOptions,
  readContainer,
  readSection,
  readTable,
  type SectionPieces,
  type Sections,
  writeContainer,
} from "../snapshot/container.ts";
import {
  buildRamManifest,
  DistinctPages,
  pageHash,
  type RamManifest,
} from "../snapshot/ram-manifest.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import type { Machine } from "./config.ts";
import { decodeMachine, encodeMachine, ramOfSections } from "./machine-sections.ts";
import type { MachineState } from "./machine-state.ts";
import { snapshotVersion, upgradeSections } from "./upgrade-snapshot.ts";

export interface OpenSnapshot {
  readonly version: number;
  readonly state: MachineState;
  readonly manifest: RamManifest;
  /** All sections, of the newest version. */
  readonly sections: Sections;
}

/** Sections of `encodeMachine`, and whatever goes with them, as a file of the newest format. */
export function sealSnapshot(
  sections: SectionPieces,
  checksum?: Checksum,
): Uint8Array<ArrayBuffer> {
  return writeContainer({ version: snapshotVersion, sections }, checksum);
}

/** @param others sections of whoever drives the machine, under names of their own */
export function writeSnapshot(
  machine: Pick<Machine, "save" | "ram">,
  { others = new Map(), checksum }: { others?: Sections; checksum?: Checksum } = {},
): Uint8Array<ArrayBuffer> {
  const state = machine.save();
  const image = machine.ram.capture();
  try {
    const content = new DistinctPages();
    const ram = buildRamManifest(image, (hash, page) => content.add(hash, page), checksum);
    const sections = encodeMachine({ state, ram });
    return sealSnapshot(
      new Map<string, Uint8Array | readonly Uint8Array[]>([
        ...others,
        ...sections,
        ["content", content.pages],
      ]),
      checksum,
    );
  } finally {
    image.release();
  }
}

/**
 * @throws Failure `snapshot-foreign`, `snapshot-newer`, `snapshot-too-large`, `snapshot-damaged`
 */
export function openSnapshot(file: Uint8Array, options: ReadOptions = {}): OpenSnapshot {
  const container = readContainer(file, snapshotVersion, options);
  const sections = upgradeSections(container);
  const { state, ram: manifest } = decodeMachine(sections);
  return { version: container.version, state, manifest, sections };
}

/**
 * One section of a snapshot of which only the beginning need be there; undefined where it is not in
 * it. Sections lie in the order of their names.
 *
 * @throws Failure as `openSnapshot`
 */
export function peekSection(
  beginning: Uint8Array,
  name: string,
  options: ReadOptions = {},
): Uint8Array | undefined {
  const { places } = readTable(beginning, snapshotVersion, options);
  const place = places.find((candidate) => candidate.name === name);
  return place && readSection(beginning, place, options.checksum);
}

/** As `openSnapshot`, for a file that has all pages. */
export function readSnapshot(
  file: Uint8Array,
  options: ReadOptions = {},
): OpenSnapshot & { readonly ram: RamContent } {
  const snapshot = openSnapshot(file, options);
  return { ...snapshot, ram: ramOfSections(snapshot.manifest, snapshot.sections) };
}

/**
 * As `readSnapshot`, and looks at each page, too.
 *
 * @throws Failure as `readSnapshot`
 */
export function verifySnapshot(file: Uint8Array, options: ReadOptions = {}): OpenSnapshot {
  const { ram, ...snapshot } = readSnapshot(file, options);
  const { checksum = sha256 } = options;
  inSection("content", () => {
    let index = 0;
    for (const { page, bytes } of ram.pages()) {
      const expected = pageHash(snapshot.manifest, index++);
      if (checksum(bytes).some((byte, i) => byte !== expected[i])) {
        throw new RangeError(`page ${page} has another content than section "ram" says`);
      }
    }
  });
  return snapshot;
}
