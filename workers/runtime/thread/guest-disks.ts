import { addWrittenPages, writtenPages } from "./disk-sections.ts";
import type { DriverState } from "./driver-state.ts";
import type { SavedDisk } from "./saved-disk.ts";
import type { ThreadStart } from "./thread-protocol.ts";

/** The disks of one guest, and what it has written to them. */
export class GuestDisks {
  readonly #disks = new Map<string, SavedDisk>();

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
    return [...this.#disks].flatMap(([name, disk]) => (disk.written().length > 0 ? [name] : []));
  }

  /** What was written to them, as sections. */
  save(sections: Map<string, Uint8Array>, names: readonly string[]): void {
    for (const name of names) {
      addWrittenPages(sections, name, this.#disks.get(name)?.written() ?? []);
    }
  }

  /** @throws RangeError where the sections do not fit */
  restore(sections: ReadonlyMap<string, Uint8Array>, { disks }: Pick<DriverState, "disks">): void {
    for (const name of disks) this.replace(name, writtenPages(sections, name));
  }

  replace(name: string, pages: ReturnType<typeof writtenPages>): void {
    this.#disks.get(name)?.replaceWritten(pages);
  }
}
