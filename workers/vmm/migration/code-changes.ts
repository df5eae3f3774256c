/**
 * What has happened to the code pages of a machine since they were last saved: which were dropped, and
 * which have come or changed. New ones stand behind all others, so their order needs no words. Both are
 * as `Machine.save` gave them: in buffers of their own.
 */
import { codePageNumbers, type SavedCode, savedCodePageBytes } from "../interpreter/code-cache.ts";

export interface CodeChanges {
  readonly dropped: readonly number[];
  /** In their order; those that were there before are changed where they are. */
  readonly code: SavedCode;
}

export function codeChanges(before: SavedCode, now: SavedCode): CodeChanges {
  const numbers = codePageNumbers(now);
  const bits = [comparable(before, now, "decoded"), comparable(before, now, "granules")] as const;
  const dropped: number[] = [];
  const changed: number[] = [];
  let next = 0;
  for (const [index, page] of codePageNumbers(before).entries()) {
    // What is left of the old pages is in the old order.
    if (numbers[next] !== page) dropped.push(page);
    else {
      if (!(bits[0](index, next) && bits[1](index, next))) changed.push(next);
      next++;
    }
  }
  for (; next < numbers.length; next++) changed.push(next);
  const code = {
    pages: picked(now.pages, changed, savedCodePageBytes.pages),
    decoded: picked(now.decoded, changed, savedCodePageBytes.decoded),
    granules: picked(now.granules, changed, savedCodePageBytes.granules),
  };
  return { dropped, code };
}

/** Whether a page's bits are the same, by its places in the two lists. */
function comparable(before: SavedCode, now: SavedCode, name: "decoded" | "granules") {
  const words = savedCodePageBytes[name] / 4;
  const [old, present] = [wordsOf(before[name]), wordsOf(now[name])];
  return (index: number, place: number): boolean => {
    for (let i = 0; i < words; i++) {
      if (old[index * words + i] !== present[place * words + i]) return false;
    }
    return true;
  };
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length / 4);
}

function picked(from: Uint8Array, places: readonly number[], bytes: number): Uint8Array {
  const all = new Uint8Array(places.length * bytes);
  for (const [i, place] of places.entries()) {
    all.set(from.subarray(place * bytes, (place + 1) * bytes), i * bytes);
  }
  return all;
}
