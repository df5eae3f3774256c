import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ObjectUpload } from "./object-store.ts";

/**
 * A file that comes in aside and is then put in its place: whole or not at all, and once `commit`
 * has returned, also after the power has failed.
 */
export async function openAside(directory: string): Promise<AsideFile> {
  const path = join(directory, "incoming", randomUUID());
  await mkdir(dirname(path), { recursive: true });
  return new AsideFile(path, await open(path, "wx"));
}

export class AsideFile implements Omit<ObjectUpload, "commit"> {
  readonly path: string;
  #file: FileHandle | undefined;

  constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#file?.writeFile(bytes);
  }

  /** Brings the bytes to the disk and closes the file, which stays aside. */
  async settle(): Promise<void> {
    await this.#file?.sync();
    await this.#close();
  }

  /** Renames it to `path`, in the place of a file that may be there. */
  async moveTo(path: string): Promise<void> {
    await this.settle();
    await makeFolder(dirname(path));
    await rename(this.path, path);
    await syncFolder(dirname(path));
  }

  async discard(): Promise<void> {
    await this.#close();
    await rm(this.path, { force: true });
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

/** Makes a folder and those above it, so that they are there after a power failure, too. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Brings a folder's list of names to the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
