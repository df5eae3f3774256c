/** Ascending page numbers as stretches: by turns how many are left out, and how many are not. */
import type { Pages } from "../base/units.ts";
import { ByteWriter } from "../base/wasm/byte-writer.ts";
import { ByteReader } from "./byte-reader.ts";
import { MigrationProblem } from "./migration-problem.ts";
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
 * Gives pages a number in a list of all pages.
 *
 * @param marks of all pages that there may be, 0 where a page has no number yet
 * @throws MigrationProblem `migration-page-impossible` for pages that there are not, and for one that has
 *   a number already
 */
export function markRanges(encoded: Uint8Array, marks: Uint8Array, mark: number): void {
  for (const { first, end } of rangesOf(encoded, marks.length)) {
    for (let page = first; page < end; page++) {
      if (marks[page] !== 0) {
        throw new MigrationProblem("migration-page-impossible", `page ${page} is there and is not`);
      }
      marks[page] = mark;
    }
  }
}

/**
 * @param end pages that there may be
 * @throws MigrationProblem `migration-page-impossible`
 */
export function decodeRanges(encoded: Uint8Array, end: Pages): number[] {
  const pages: number[] = [];
  for (const { first, end: last } of rangesOf(encoded, end)) {
    for (let page = first; page < last; page++) pages.push(page);
  }
  return pages;
}

function* rangesOf(
  encoded: Uint8Array,
  most: Pages,
): Generator<{ readonly first: number; readonly end: number }> {
  const reader = new ByteReader(encoded, "migration-page-impossible");
  for (let next = 0; !reader.isAtEnd; ) {
    const first = next + reader.count();
    next = first + reader.count();
    if (!(next <= most)) throw reader.problem(`there are no pages from ${first} to ${next}`);
    yield { first, end: next };
  }
}
