/**
 * A saved machine as sections of a snapshot, and back. Each part of `MachineState` is a section of its
 * own name; `ram` is the manifest of its pages, and `content` the pages themselves where they are not
 * kept elsewhere.
 */
import type { Pages } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";
import type { RamContent } from "../memory/ram-image.ts";
import type { Sections } from "../snapshot/container.ts";
import { decodeValue } from "../snapshot/decode-value.ts";
import { encodeValue } from "../snapshot/encode-value.ts";
import {
  decodeRamManifest,
  encodeRamManifest,
  type PageList,
  pagesOfContent,
  type RamManifest,
} from "../snapshot/ram-manifest.ts";
import type { Shape } from "../snapshot/shape.ts";
import { damagedSection, inSection } from "../snapshot/snapshot-problem.ts";
import type { MachineState } from "./machine-state.ts";
import { checkHtif, hardwareShape, sectionShapes } from "./machine-state-shape.ts";

/** The parts that a machine may be without. */
const optionalParts = new Set<string>(["parts", "htif", "ended"]);

export interface SavedMachine {
  readonly state: MachineState;
  readonly ram: RamManifest;
}

export function encodeMachine({ state, ram }: SavedMachine): Map<string, Uint8Array> {
  const parts = Object.entries(state).filter(([, part]) => part !== undefined);
  const sections = parts.map(([name, part]) => [name, encodeValue(part)] as const);
  return new Map([...sections, ["ram", encodeRamManifest(ram)]]);
}

/**
 * Sections of other names are their owner's.
 *
 * @throws Failure `snapshot-damaged`
 */
export function decodeMachine(sections: Sections): SavedMachine {
  const read = <T>(name: string, shape: Shape<T>): T =>
    inSection(name, () => shape(decodeValue(sectionOf(sections, name)), name));
  const hardware = read("hardware", hardwareShape);
  inSection("hardware", () => checkHtif(hardware));
  const entries = Object.entries<Shape<unknown>>(sectionShapes(hardware));
  const present = entries.filter(([name]) => sections.has(name) || !optionalParts.has(name));
  const parts = Object.fromEntries(present.map(([name, shape]) => [name, read(name, shape)]));
  const ramPages: Pages = Math.floor(hardware.ramBytes / pageBytes);
  const ram = inSection("ram", () => decodeRamManifest(sectionOf(sections, "ram"), ramPages));
  return { state: { hardware, ...parts } as unknown as MachineState, ram };
}

/**
 * RAM of a manifest.
 *
 * @param pages its pages in their order; those of `absent`, which are supplied later, left out
 */
export function ramOfManifest(
  { readZeros, sweepAt }: RamManifest,
  pages: () => PageList,
  absent: readonly number[] = [],
): RamContent {
  return { pages, readZeros, sweepAt, absent };
}

/** RAM out of a snapshot that has all its pages. */
export function ramOfSections(ram: RamManifest, sections: Sections): RamContent {
  const content = sectionOf(sections, "content");
  return ramOfManifest(ram, () => pagesOfContent(ram, content));
}

function sectionOf(sections: Sections, name: string): Uint8Array {
  const section = sections.get(name);
  if (section === undefined) throw damagedSection(name, "there is nothing: it is missing");
  return section;
}
