import { decodeMachine, type MachineState, type RamContent, ramOfManifest } from "../../vmm/mod.ts";
import { unpackNumbers } from "../checkpoint/resident-pages.ts";
import { residentSection } from "./driver-state.ts";
import type { SavedRun } from "./thread-protocol.ts";

const pageBytes = 4096;
const zeros = new Uint8Array(pageBytes);
const none = new Uint32Array();

/**
 * What `Monitor.restoreMachine` takes, out of a run that was saved.
 *
 * @throws Failure `snapshot-damaged` with the section
 */
export function machineOfSaved({ sections, pages, content, absent = none }: SavedRun): {
  readonly machine: MachineState;
  readonly ram: RamContent;
} {
  const { state, ram } = decodeMachine(sections);
  const resident = unpackNumbers(sections.get(residentSection) ?? new Uint8Array());
  // A page may be stored that a sweep has taken from the machine since.
  const isResident = new Set(resident);
  const later = [...absent].filter((page) => isResident.has(page)).sort((a, b) => a - b);
  const isAbsent = new Set(later);
  const places = new Map(Array.from(pages, (page, index) => [page, index]));
  const list = function* () {
    for (const page of resident) {
      if (isAbsent.has(page)) continue;
      const place = places.get(page);
      const start = (place ?? 0) * pageBytes;
      const bytes = place === undefined ? zeros : content.subarray(start, start + pageBytes);
      yield { page, bytes };
    }
  };
  return { machine: state, ram: ramOfManifest(ram, list, later) };
}
