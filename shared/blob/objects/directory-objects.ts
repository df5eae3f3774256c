import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openAside } from "./aside-file.ts";
import { checkKey } from "./check-key.ts";
import { DirectoryPointer } from "./directory-pointer.ts";
import { isHostError } from "./host-error.ts";
import type { ObjectEntry, ObjectStore, ObjectUpload, Pointer } from "./object-store.ts";

/**
 * Objects as files below a directory, which several processes may use at once; `incoming` holds what
 * is not finished. A process may be killed at any instant: what it had written aside stays there
 * until `tidy`, everything else is as before or as after.
 *
 * The file system must have hard links and `fsync` (ext4, xfs, btrfs, NFS do).
 */
export class DirectoryObjects implements ObjectStore {
  readonly place: string;

  constructor(directory: string) {
    this.place = directory;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const upload = await this.upload();
    try {
      await upload.append(bytes);
      await upload.commit(key);
    } finally {
      await upload.discard();
    }
  }

  async upload(): Promise<ObjectUpload> {
    const aside = await openAside(this.place);
    return {
      append: (bytes) => aside.append(bytes),
      commit: (key) => aside.moveTo(this.#path(key)),
      discard: () => aside.discard(),
    };
  }

  read(key: string, offset = 0, length?: number): Promise<Uint8Array | undefined> {
    return ifPresent(async () => {
      const file = await open(this.#path(key), "r");
      try {
        const rest = Math.max((await file.stat()).size - offset, 0);
        const bytes = new Uint8Array(Math.min(rest, length ?? rest));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(
            bytes,
            filled,
            bytes.length - filled,
            offset + filled,
          );
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await file.close();
      }
    });
  }

  find(key: string): Promise<ObjectEntry | undefined> {
    return ifPresent(async () => {
      const found = await stat(this.#path(key));
      return found.isFile() ? { key, bytes: found.size, modified: found.mtimeMs } : undefined;
    });
  }

  async *list(folder: string): AsyncIterable<ObjectEntry> {
    for await (const key of this.#keys(folder, "files")) {
      const entry = await this.find(key);
      if (entry !== undefined) yield entry;
    }
  }

  remove(key: string): Promise<void> {
    return rm(this.#path(key), { force: true });
  }

  readPointer(key: string): Promise<Pointer | undefined> {
    return new DirectoryPointer(this.place, this.#path(key)).read();
  }

  movePointer(
    key: string,
    bytes: Uint8Array,
    expected: string | undefined,
  ): Promise<string | undefined> {
    return new DirectoryPointer(this.place, this.#path(key)).move(bytes, expected);
  }

  listPointers(folder: string): AsyncIterable<string> {
    return this.#keys(folder, "folders of files");
  }

  removePointer(key: string): Promise<void> {
    return rm(this.#path(key), { recursive: true, force: true });
  }

  async tidy(before: number): Promise<number> {
    let removed = 0;
    for await (const { key, modified } of this.list("incoming")) {
      if (modified >= before) continue;
      await this.remove(key);
      removed++;
    }
    return removed;
  }

  /** Files below a folder, or the folders that hold files and no folders. */
  async *#keys(folder: string, kind: "files" | "folders of files"): AsyncIterable<string> {
    const entries = await ifPresent(() => readdir(this.#path(folder), { withFileTypes: true }));
    if (kind === "folders of files" && entries?.some((entry) => entry.isFile())) {
      yield folder;
      return;
    }
    for (const entry of entries ?? []) {
      // Not ours: what NFS and backup programs leave for a while.
      if (entry.name.startsWith(".")) continue;
      const key = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.#keys(key, kind);
      else if (kind === "files") yield key;
    }
  }

  #path(key: string): string {
    return join(this.place, checkKey(key));
  }
}

async function ifPresent<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isHostError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
