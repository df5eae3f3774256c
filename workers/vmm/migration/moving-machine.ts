/**
 * What of a machine goes over while it stands still, besides pages: its state as in a snapshot, and
 * which pages it has.
 */
import type { Pages } from "../base/units.ts";
import { decodeMachine, encodeMachine } from "../machine/machine-sections.ts";
import type { MachineState } from "../machine/machine-state.ts";
import { snapshotVersion, upgradeSections } from "../machine/upgrade-snapshot.ts";
import { pageBytes } from "../memory/layout.ts";
import { decodeValue } from "../snapshot/decode-value.ts";
import { encodeValue } from "../snapshot/encode-value.ts";
import { bytes, integer, named, record } from "../snapshot/shape.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { decodeRanges, encodeRanges } from "./page-ranges.ts";

/** All lists ascend; the boot ROM's page is the one behind those of RAM. */
export interface MovingRam {
  /** Pages with content that the destination has by now. */
  readonly resident: readonly number[];
  /** Pages with content that come later. */
  readonly absent: readonly number[];
  readonly readZeros: readonly number[];
  readonly sweepAt: Pages;
}

const mostBytes = 2 ** 28;
const shape = record({
  version: integer(1, snapshotVersion),
  resident: bytes(0, mostBytes),
  absent: bytes(0, mostBytes),
  sections: named(bytes(0, mostBytes), 64),
});

export function encodeMovingMachine(state: MachineState, ram: MovingRam): Uint8Array {
  const { readZeros, sweepAt } = ram;
  const none = { pages: new Uint32Array(), hashes: new Uint8Array() };
  const sections = encodeMachine({ state, ram: { ...none, readZeros, sweepAt } });
  return encodeValue({
    version: snapshotVersion,
    resident: encodeRanges(ram.resident),
    absent: encodeRanges(ram.absent),
    sections: Object.fromEntries(sections),
  });
}

/**
 * @throws Failure `snapshot-damaged`
 * @throws MigrationProblem `migration-page-impossible`
 */
export function decodeMovingMachine(encoded: Uint8Array): { state: MachineState; ram: MovingRam } {
  const moving = inSection("state", () => shape(decodeValue(encoded), "state"));
  const sections = new Map(Object.entries(moving.sections));
  const { state, ram } = decodeMachine(upgradeSections({ version: moving.version, sections }));
  const ramPages = state.hardware.ramBytes / pageBytes;
  const resident = decodeRanges(moving.resident, ramPages + 1);
  const absent = decodeRanges(moving.absent, ramPages);
  const { readZeros, sweepAt } = ram;
  const marks = new Uint8Array(ramPages + 1);
  for (const list of [resident, absent, readZeros]) {
    for (const page of list) {
      if (marks[page] !== 0) {
        throw new MigrationProblem("migration-page-impossible", `page ${page} is there and is not`);
      }
      marks[page] = 1;
    }
  }
  return { state, ram: { resident, absent, readZeros, sweepAt } };
}
