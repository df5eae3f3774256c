import type { MachineAddress } from "../base/units.ts";
import { codeMarksOffset, pageBytes, recordBytes } from "../memory/layout.ts";
import { specialOperations } from "./record.ts";

/** Of a record. */
const wordsEach = recordBytes / 4;

/**
 * Halves the marks of places in code, which say how often execution was seen there: what is hot is seen
 * often in a short time, and what is seen now and then for long is not worth its translation. Entries
 * keep theirs, which are their numbers.
 *
 * @param words the machine memory
 * @param page address of a page's records
 */
export function fadeMarks(words: Int32Array, page: MachineAddress): void {
  const marks = (page + codeMarksOffset) >>> 2;
  const records = page >>> 2;
  // Two marks a word, and most are zero: nobody looks at code while this goes on.
  for (let pair = 0; pair < pageBytes / 4; pair++) {
    const both = words[marks + pair] as number;
    if (both === 0) continue;
    const [low, high] = [both & 0xffff, both >>> 16];
    const isEntry = (place: number) =>
      ((words[records + place * wordsEach] as number) & 0xffff) === specialOperations.entry;
    const newLow = isEntry(2 * pair) ? low : low >>> 1;
    const newHigh = isEntry(2 * pair + 1) ? high : high >>> 1;
    words[marks + pair] = newLow | (newHigh << 16);
  }
}
