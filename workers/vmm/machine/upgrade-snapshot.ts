/**
 * Snapshots of older formats: each step makes the sections of one version those of the next. A format
 * changes here and in `docs/snapshots.md`, and a snapshot of the old one is kept in `tests/golden`.
 */
import type { Container, Sections } from "../snapshot/container.ts";
import { decodeValue } from "../snapshot/decode-value.ts";
import { encodeValue } from "../snapshot/encode-value.ts";
import { bytes, integer, list, record } from "../snapshot/shape.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";

/** By the version that it starts from. */
export type Upgrades = ReadonlyMap<number, (sections: Sections) => Sections>;

/** The format that is written, the newest that is read. */
export const snapshotVersion = 2;

const upgrades: Upgrades = new Map([[1, packCode]]);

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

/** Format 1 had a record for each page of section `code`; 2 has all numbers, then all bits. */
function packCode(sections: Sections): Sections {
  const section = sections.get("code");
  if (section === undefined) return sections;
  const page = record({ page: integer(0, 2 ** 32 - 1), decoded: bytes(256), granules: bytes(8) });
  const pages = inSection("code", () => list(page, 0, 4096)(decodeValue(section), "code"));
  const numbers = new DataView(new ArrayBuffer(4 * pages.length));
  for (const [i, { page }] of pages.entries()) numbers.setUint32(4 * i, page, true);
  const packed = encodeValue({
    pages: new Uint8Array(numbers.buffer),
    decoded: joined(pages.map(({ decoded }) => decoded)),
    granules: joined(pages.map(({ granules }) => granules)),
  });
  return new Map([...sections, ["code", packed]]);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
