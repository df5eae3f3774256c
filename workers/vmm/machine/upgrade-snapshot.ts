/**
 * Snapshots of older formats: each step makes the sections of one version those of the next. A format
 * changes here and in `docs/snapshots.md`, and a snapshot of the old one is kept in `tests/golden`.
 */
import { joinBytes } from "../base/join-bytes.ts";
import { largestTlbTable, rehashTlb, tlbTableNames } from "../mmu/saved-tlb.ts";
import type { Container, Sections } from "../snapshot/container.ts";
import { decodeValue } from "../snapshot/decode-value.ts";
import { encodeValue } from "../snapshot/encode-value.ts";
import { bytes, integer, list, named, record } from "../snapshot/shape.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import { mostHarts } from "./most-harts.ts";

/** By the version that it starts from. */
export type Upgrades = ReadonlyMap<number, (sections: Sections) => Sections>;

/** The format that is written, the newest that is read. */
export const snapshotVersion = 3;

const upgrades: Upgrades = new Map([
  [1, packCode],
  [2, rehashTlbs],
]);

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
    decoded: joinBytes(pages.map(({ decoded }) => decoded)),
    granules: joinBytes(pages.map(({ granules }) => granules)),
  });
  return new Map([...sections, ["code", packed]]);
}

/** Format 2 had the entries of a TLB in the order of their pages' low bits; 3 has them as `tlb.ts` places them. */
function rehashTlbs(sections: Sections): Sections {
  const section = sections.get("tlbs");
  if (section === undefined) return sections;
  const tables = named(bytes(0, largestTlbTable), tlbTableNames.length);
  const tlbs = inSection("tlbs", () =>
    list(tables, 0, mostHarts)(decodeValue(section), "tlbs").map(rehashTlb),
  );
  return new Map([...sections, ["tlbs", encodeValue(tlbs)]]);
}
