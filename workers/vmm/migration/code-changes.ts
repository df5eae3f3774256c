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
  const [old, present] = [codePageNumbers(before), codePageNumbers(now)];
  const isChanged = changedPages(before, now);
  const dropped: number[] = [];
  const changed: number[] = [];
  let next = 0;
  for (let index = 0; index < old.length; index++) {
    // What is left of the old pages is in the old order.
    if (present[next] !== old[index]) dropped.push(old[index] as number);
    else {
      if (isChanged(index, next)) changed.push(next);
      next++;
    }
  }
  for (; next < present.length; next++) changed.push(next);
  const code = {
    pages: picked(now.pages, changed, savedCodePageBytes.pages),
    decoded: picked(now.decoded, changed, savedCodePageBytes.decoded),
    granules: picked(now.granules, changed, savedCodePageBytes.granules),
  };
  return { dropped, code };
}

/**
 * Both kinds of bits: a page that was dropped and decoded anew may have the same instructions' beginnings,
 * and other ends.
 */
function changedPages(before: SavedCode, now: SavedCode) {
  const decoded = savedCodePageBytes.decoded / 4;
  const granules = savedCodePageBytes.granules / 4;
  const [oldDecoded, nowDecoded] = [wordsOf(before.decoded), wordsOf(now.decoded)];
  const [oldGranules, nowGranules] = [wordsOf(before.granules), wordsOf(now.granules)];
  return (index: number, place: number): boolean => {
    for (let i = 0; i < decoded; i++) {
      if (oldDecoded[index * decoded + i] !== nowDecoded[place * decoded + i]) return true;
    }
    for (let i = 0; i < granules; i++) {
      if (oldGranules[index * granules + i] !== nowGranules[place * granules + i]) return true;
    }
    return false;
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
