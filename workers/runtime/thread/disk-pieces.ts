import type { WriteLog } from "../../host/block-overlay.ts";
import type { AheadContent, Bytes } from "../../vmm/mod.ts";
import { addWrittenPages } from "./disk-sections.ts";
import type { SavedDisk } from "./saved-disk.ts";
import { encodeSections } from "./section-list.ts";

const pageBytes = 4096;

/** What was written to the disks of a guest that leaves, in pieces, while it runs on and writes more. */
export class DiskPieces implements AheadContent {
  readonly #logs: readonly (readonly [name: string, log: WriteLog])[];

  constructor(disks: ReadonlyMap<string, SavedDisk>) {
    this.#logs = Array.from(disks, ([name, disk]) => [name, disk.openLog()] as const);
  }

  get left(): Bytes {
    return this.#logs.reduce((sum, [, { left }]) => sum + left, 0) * pageBytes;
  }

  take(most: Bytes): Uint8Array {
    const sections = new Map<string, Uint8Array>();
    let pages = Math.max(1, Math.floor(most / pageBytes));
    for (const [name, log] of this.#logs) {
      if (log.left === 0 || pages === 0) continue;
      const taken = log.take(pages);
      pages -= taken.length;
      addWrittenPages(sections, name, taken);
    }
    return encodeSections(sections);
  }

  /** The guest has stopped: what is left, as sections of these disks. */
  rest(sections: Map<string, Uint8Array>, names: readonly string[]): void {
    for (const [name, log] of this.#logs) {
      if (names.includes(name)) addWrittenPages(sections, name, log.take(log.left));
    }
  }

  close(): void {
    for (const [, log] of this.#logs) log.close();
  }
}
