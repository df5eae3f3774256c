import type { MachineAddress } from "../base/units.ts";
import { codeMarksOffset, pageBytes, recordBytes } from "../memory/layout.ts";
import { specialOperations } from "./record.ts";

/**
 * Halves the marks of places in code, which say how often execution was seen there: what is hot is seen
 * often in a short time, and what is seen now and then for long is not worth its translation.
 *
 * @param memory the machine memory
 * @param page address of a page's records
 */
export function fadeMarks(memory: DataView, page: MachineAddress): void {
  const marks = page + codeMarksOffset;
  for (let offset = 0; offset < pageBytes; offset += 2) {
    const mark = memory.getUint16(marks + offset, true);
    if (mark === 0) continue;
    const operation = memory.getUint16(page + offset * (recordBytes / 2), true);
    // Of an entry it is the number.
    if (operation !== specialOperations.entry) memory.setUint16(marks + offset, mark >>> 1, true);
  }
}
