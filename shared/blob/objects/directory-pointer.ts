import { link, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, openAside, syncFolder } from "./aside-file.ts";
import { isHostError } from "./host-error.ts";
import type { Pointer } from "./object-store.ts";

/** Versions that stay behind the present one, for readers that are slow. */
const kept = 4;

/**
 * A value that moves by compare-and-swap in a file system, without locks that a dead process could
 * keep: a folder of numbered files, of which the highest number is the present value.
 *
 * A move makes the next number by `link`, which fails when it exists. A writer that slept so long
 * that its number was swept away makes a file below the present one, which no reader sees, and finds
 * that out when it looks again.
 */
export class DirectoryPointer {
  readonly #root: string;
  readonly #folder: string;

  /** @param root the store's directory, for what is written aside */
  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  async read(): Promise<Pointer | undefined> {
    for (;;) {
      const version = (await this.#versions()).at(-1);
      if (version === undefined) return undefined;
      try {
        return { bytes: await readFile(this.#path(version)), version: String(version) };
      } catch (error) {
        // Swept away since: there is a newer one.
        if (!isHostError(error, "ENOENT")) throw error;
      }
    }
  }

  async move(bytes: Uint8Array, expected: string | undefined): Promise<string | undefined> {
    const present = (await this.#versions()).at(-1);
    if (String(present) !== String(expected)) return undefined;
    const next = (present ?? 0) + 1;
    const aside = await openAside(this.#root);
    try {
      await aside.append(bytes);
      await aside.settle();
      await makeFolder(this.#folder);
      await link(aside.path, this.#path(next));
      await syncFolder(this.#folder);
    } catch (error) {
      if (isHostError(error, "EEXIST")) return undefined;
      throw error;
    } finally {
      await aside.discard();
    }
    const versions = await this.#versions();
    if (versions.at(-1) !== next) return undefined;
    for (const old of versions.slice(0, -1 - kept)) {
      await rm(this.#path(old), { force: true });
    }
    return String(next);
  }

  /** Numbers of the versions that are there, ascending. */
  async #versions(): Promise<number[]> {
    try {
      const names = await readdir(this.#folder);
      // A network file system may show others for a while.
      const versions = names.filter((name) => /^\d{12}$/.test(name)).map(Number);
      return versions.sort((a, b) => a - b);
    } catch (error) {
      if (isHostError(error, "ENOENT")) return [];
      throw error;
    }
  }

  #path(version: number): string {
    return join(this.#folder, String(version).padStart(12, "0"));
  }
}
