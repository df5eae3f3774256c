/**
 * A whole machine in one file: what `savevm` writes where there is no store for pages.
 *
 *     const file = writeSnapshot(machine);
 *     const { state, ram } = readSnapshot(file);
 *     const again = monitor.restoreMachine(state, ram, resources);
 */

import type { RamContent } from "../memory/ram-image.ts";
import {
  type Checksum,
  type ContainerLimits,
  readContainer,
  type Sections,
  writeContainer,
} from "../snapshot/container.ts";
import { buildRamManifest, PageContent, type RamManifest } from "../snapshot/ram-manifest.ts";
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
export function sealSnapshot(sections: Sections, checksum?: Checksum): Uint8Array<ArrayBuffer> {
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
    const content = new PageContent();
    const ram = buildRamManifest(image, (hash, page) => content.add(hash, page), checksum);
    const sections = encodeMachine({ state, ram });
    return sealSnapshot(
      new Map([...others, ...sections, ["content", content.join()] as const]),
      checksum,
    );
  } finally {
    image.release();
  }
}

/**
 * @throws Failure `snapshot-foreign`, `snapshot-newer`, `snapshot-too-large`, `snapshot-damaged`
 */
export function openSnapshot(
  file: Uint8Array,
  options: { checksum?: Checksum; limits?: ContainerLimits } = {},
): OpenSnapshot {
  const container = readContainer(file, snapshotVersion, options);
  const sections = upgradeSections(container);
  const { state, ram: manifest } = decodeMachine(sections);
  return { version: container.version, state, manifest, sections };
}

/** As `openSnapshot`, for a file that has all pages. */
export function readSnapshot(
  file: Uint8Array,
  options: { checksum?: Checksum; limits?: ContainerLimits } = {},
): OpenSnapshot & { readonly ram: RamContent } {
  const snapshot = openSnapshot(file, options);
  return { ...snapshot, ram: ramOfSections(snapshot.manifest, snapshot.sections) };
}
