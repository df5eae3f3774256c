/**
 * Places at which a translation could not even be found or put in place: none is tried there again while
 * the page's code stays what it is. (What could not be written or compiled the library knows, by content.)
 */
import type { MachineAddress } from "../base/units.ts";

export class RefusedPlaces {
  readonly #offsets = new Map<MachineAddress, Set<number>>();

  /** @param page address of its records */
  add(page: MachineAddress, offset: number): void {
    const offsets = this.#offsets.get(page) ?? new Set();
    this.#offsets.set(page, offsets.add(offset));
  }

  has(page: MachineAddress, offset: number): boolean {
    return this.#offsets.get(page)?.has(offset) ?? false;
  }

  /** Its records are gone: other code may come to stand there. */
  dropPage(page: MachineAddress): void {
    this.#offsets.delete(page);
  }
}
