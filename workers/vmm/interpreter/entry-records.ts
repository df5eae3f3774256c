/**
 * Records of code pages as the translator sees them: some are entries of regions, the others have marks
 * that say how often execution came to them. A page is named by the address of its records, a place in
 * it by its offset in the guest's page.
 */
import type { MachineAddress } from "../base/units.ts";
import { codeMarksOffset, recordBytes } from "../memory/layout.ts";
import { specialOperations } from "./record.ts";

/** Of records that stand for no instruction which is wholly in its page. */
const notDecoded: ReadonlySet<number> = new Set([
  ...[specialOperations.undecoded, specialOperations.straddling, specialOperations.illegal],
  ...[specialOperations.breakpoint, specialOperations.known],
]);

export class EntryRecords {
  readonly #view: DataView;

  /** @param view of machine memory */
  constructor(view: DataView) {
    this.#view = view;
  }

  /** Makes a decoded record an entry. @returns the operation that stood there */
  setEntry(page: MachineAddress, offset: number, number: number): number {
    const record = page + offset * (recordBytes / 2);
    const operation = this.#view.getUint16(record, true);
    this.#view.setUint16(record, specialOperations.entry, true);
    this.#view.setUint16(page + codeMarksOffset + offset, number, true);
    return operation;
  }

  mark(page: MachineAddress, offset: number): number {
    return this.#view.getUint16(page + codeMarksOffset + offset, true);
  }

  clearMark(page: MachineAddress, offset: number): void {
    if (this.entryAt(page, offset) !== undefined) return;
    this.#view.setUint16(page + codeMarksOffset + offset, 0, true);
  }

  /** The number of the entry that a record is; undefined where it is none. */
  entryAt(page: MachineAddress, offset: number): number | undefined {
    const operation = this.#view.getUint16(page + offset * (recordBytes / 2), true);
    if (operation !== specialOperations.entry) return undefined;
    return this.#view.getUint16(page + codeMarksOffset + offset, true);
  }

  /** Makes an entry the record again that it was, unless it is another entry by now. */
  clearEntry(page: MachineAddress, offset: number, number: number, operation: number): void {
    const record = page + offset * (recordBytes / 2);
    const mark = page + codeMarksOffset + offset;
    if (this.#view.getUint16(record, true) !== specialOperations.entry) return;
    if (this.#view.getUint16(mark, true) !== number) return;
    this.#view.setUint16(record, operation, true);
    this.#view.setUint16(mark, 0, true);
  }

  /** Whether the instruction at an offset of a page was decoded, as one that lies in the page. */
  isDecoded(page: MachineAddress, offset: number): boolean {
    const operation = this.#view.getUint16(page + offset * (recordBytes / 2), true);
    return !notDecoded.has(operation);
  }
}
