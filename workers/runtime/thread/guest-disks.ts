import { DiskPieces } from "./disk-pieces.ts";
import { addWrittenPages, type WrittenPages, writtenPages } from "./disk-sections.ts";
import type { DriverState } from "./driver-state.ts";
import type { SavedDisk } from "./saved-disk.ts";
import { decodeSections } from "./section-list.ts";
import type { ThreadStart } from "./thread-protocol.ts";

const pageBytes = 4096;

/** The disks of one guest, and what it has written to them. */
export class GuestDisks {
  readonly #disks = new Map<string, SavedDisk>();
  /** By disk and page: what has come of a guest that is still on its way. */
  readonly #ahead = new Map<string, Map<number, Uint8Array>>();

  /** Opens all of them. @param watch what is put before a disk */
  open(
    disks: ThreadStart["disks"],
    openDisk: (bytes: Uint8Array) => SavedDisk,
    watch: (name: string, disk: SavedDisk) => SavedDisk = (_, disk) => disk,
  ): ReadonlyMap<string, SavedDisk> {
    for (const { name, bytes } of disks) this.#disks.set(name, watch(name, openDisk(bytes)));
    return this.#disks;
  }

  /** Names of those that were written to. */
  get written(): string[] {
    return [...this.#disks].flatMap(([name, disk]) => (disk.isWritten ? [name] : []));
  }

  /** What was written to them, as sections. */
  save(sections: Map<string, Uint8Array>, names: readonly string[]): void {
    for (const name of names) {
      addWrittenPages(sections, name, this.#disks.get(name)?.written() ?? []);
    }
  }

  /** The guest leaves: what it has written, and writes from now on, in pieces. */
  leave(): DiskPieces {
    return new DiskPieces(this.#disks);
  }

  /**
   * A piece of what a guest has written that is on its way.
   *
   * @param disks that it will have
   * @throws Error for what is no piece; RangeError for pages that they do not have
   */
  takeAhead(piece: Uint8Array, disks: ThreadStart["disks"]): void {
    const sections = decodeSections(piece);
    for (const { name, bytes: image } of disks) {
      const known = this.#ahead.get(name) ?? new Map<number, Uint8Array>();
      for (const { page, bytes } of writtenPages(sections, name)) {
        if (page * pageBytes >= image.length) throw new RangeError(`disk ${name} has no ${page}`);
        // Of its own: a piece must not be kept for the sake of one page.
        known.set(page, bytes.slice());
      }
      this.#ahead.set(name, known);
    }
  }

  /**
   * @param sections all that was written, or what came behind the last piece
   * @throws RangeError where the sections do not fit
   */
  restore(sections: ReadonlyMap<string, Uint8Array>, { disks }: Pick<DriverState, "disks">): void {
    for (const name of disks) {
      const pages = this.#ahead.get(name) ?? new Map<number, Uint8Array>();
      for (const { page, bytes } of writtenPages(sections, name)) pages.set(page, bytes);
      this.replace(
        name,
        Array.from(pages, ([page, bytes]) => ({ page, bytes })),
      );
    }
    this.#ahead.clear();
  }

  replace(name: string, pages: WrittenPages): void {
    this.#disks.get(name)?.replaceWritten(pages);
  }
}
