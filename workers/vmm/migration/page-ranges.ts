/** Ascending page numbers as stretches: by turns how many are left out, and how many are not. */
import type { Pages } from "../base/units.ts";
import { ByteWriter } from "../base/wasm/byte-writer.ts";
import { ByteReader } from "./byte-reader.ts";
import { writeCount } from "./write-count.ts";

export function encodeRanges(pages: readonly number[]): Uint8Array {
  const writer = new ByteWriter();
  for (let i = 0, end = 0; i < pages.length; ) {
    const first = pages[i] as number;
    let length = 1;
    while (pages[i + length] === first + length) length++;
    writeCount(writer, first - end);
    writeCount(writer, length);
    end = first + length;
    i += length;
  }
  return writer.view().slice();
}

/**
 * @param end pages that there may be
 * @throws MigrationProblem `migration-page-impossible`
 */
export function decodeRanges(encoded: Uint8Array, end: Pages): number[] {
  const reader = new ByteReader(encoded, "migration-page-impossible");
  const pages: number[] = [];
  for (let next = 0; !reader.isAtEnd; ) {
    const first = next + reader.count();
    next = first + reader.count();
    if (!(next <= end)) throw reader.problem(`there are no pages from ${first} to ${next}`);
    for (let page = first; page < next; page++) pages.push(page);
  }
  return pages;
}
