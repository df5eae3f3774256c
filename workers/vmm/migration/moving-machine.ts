/**
 * What of a machine goes over while it stands still, besides pages: its state as in a snapshot, and
 * which pages it has.
 */
import type { Pages } from "../base/units.ts";
import type { SavedCode } from "../interpreter/code-cache.ts";
import { decodeMachine, encodeMachine } from "../machine/machine-sections.ts";
import type { StagedMachine } from "../machine/machine-stage.ts";
import type { MachineState } from "../machine/machine-state.ts";
import { snapshotVersion, upgradeSections } from "../machine/upgrade-snapshot.ts";
import { pageBytes } from "../memory/layout.ts";
import { pageStates } from "../memory/ram-stage.ts";
import { decodeValue } from "../snapshot/decode-value.ts";
import { encodeValue } from "../snapshot/encode-value.ts";
import { bytes, integer, named, record } from "../snapshot/shape.ts";
import { damagedSection, inSection } from "../snapshot/snapshot-problem.ts";
import { codeChanges } from "./code-changes.ts";
import { decodeRanges, encodeRanges, markRanges } from "./page-ranges.ts";

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
const shape = record(
  {
    version: integer(1, snapshotVersion),
    resident: bytes(0, mostBytes),
    absent: bytes(0, mostBytes),
    sections: named(bytes(0, mostBytes), 64),
  },
  { droppedCode: bytes(0, mostBytes) },
);

/**
 * @param earlier code pages that the other side has prepared: only what has happened to them since is said
 */
export function encodeMovingMachine(
  state: MachineState,
  ram: MovingRam,
  earlier?: SavedCode,
): Uint8Array {
  const { readZeros, sweepAt } = ram;
  const changes = earlier && codeChanges(earlier, state.code);
  const code = changes?.code ?? state.code;
  const none = { pages: new Uint32Array(), hashes: new Uint8Array() };
  const sections = encodeMachine({
    state: { ...state, code },
    ram: { ...none, readZeros, sweepAt },
  });
  return encodeValue({
    version: snapshotVersion,
    resident: encodeRanges(ram.resident),
    absent: encodeRanges(ram.absent),
    sections: Object.fromEntries(sections),
    ...(changes && { droppedCode: encodeRanges(changes.dropped.toSorted((a, b) => a - b)) }),
  });
}

/** @throws Failure `snapshot-damaged`; MigrationProblem `migration-page-impossible` */
export function decodeMovingMachine(
  encoded: Uint8Array,
): StagedMachine & { readonly absent: readonly number[] } {
  const moving = inSection("state", () => shape(decodeValue(encoded), "state"));
  const sections = new Map(Object.entries(moving.sections));
  const { state, ram } = decodeMachine(upgradeSections({ version: moving.version, sections }));
  const ramPages = Math.floor(state.hardware.ramBytes / pageBytes);
  const absent = decodeRanges(moving.absent, ramPages);
  const states = new Uint8Array(ramPages + 1);
  markRanges(moving.resident, states, pageStates.resident);
  markRanges(moving.absent, states, pageStates.absent);
  for (const page of ram.readZeros) {
    if (states[page] !== pageStates.none)
      throw damagedSection("ram", `page ${page} is there twice`);
    states[page] = pageStates.readZeros;
  }
  const dropped = moving.droppedCode && decodeRanges(moving.droppedCode, ramPages + 1);
  const staged = { state, ram: { states, sweepAt: ram.sweepAt }, absent };
  return dropped ? { ...staged, droppedCode: dropped } : staged;
}
