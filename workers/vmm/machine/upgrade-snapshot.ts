/**
 * Snapshots of older formats: each step makes the sections of one version those of the next. A format
 * changes here and in `docs/snapshots.md`, and a snapshot of the old one is kept in `tests/golden`.
 */
import type { Container, Sections } from "../snapshot/container.ts";

/** By the version that it starts from. */
export type Upgrades = ReadonlyMap<number, (sections: Sections) => Sections>;

/** The format that is written, the newest that is read. */
export const snapshotVersion = 1;

const upgrades: Upgrades = new Map();

/** The sections as the newest version has them. */
export function upgradeSections(
  { version, sections }: Container,
  steps: Upgrades = upgrades,
  newest: number = snapshotVersion,
): Sections {
  let upgraded = sections;
  for (let from = version; from < newest; from++) {
    const step = steps.get(from);
    if (step === undefined) throw new RangeError(`nothing leads from format ${from} to the next`);
    upgraded = step(upgraded);
  }
  return upgraded;
}
