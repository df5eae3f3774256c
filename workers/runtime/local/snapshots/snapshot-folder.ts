/** The folder of a local run's snapshots: one file for each, `NAME.snapshot`. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { fileProblem } from "../../../host/file-problem.ts";
import { Failure } from "../../../vmm/mod.ts";

export interface SnapshotEntry {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

const extension = ".snapshot";
const namePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const beginningBytes = 65_536;

export class SnapshotFolder {
  readonly path: string;

  /** It need not be there before something is saved. */
  constructor(path: string) {
    this.path = path;
  }

  /** The oldest first. A folder that is not there has none. */
  list(): readonly SnapshotEntry[] {
    let names: string[];
    try {
      names = readdirSync(this.path);
    } catch {
      return [];
    }
    const entries = names
      .filter((name) => name.endsWith(extension))
      .map((name) => entryOf(join(this.path, name)));
    return entries.sort((a, b) => a.savedAt - b.savedAt);
  }

  /** Appears whole or not at all. @throws Failure `snapshot-name`, `snapshot-unwritable` */
  write(name: string, content: Uint8Array): SnapshotEntry {
    const file = this.#fileOf(name);
    const draft = `${file}.${process.pid}`;
    try {
      mkdirSync(this.path, { recursive: true });
      const descriptor = openSync(draft, "w", 0o600);
      try {
        for (let done = 0; done < content.length; ) {
          done += writeSync(descriptor, content, done, content.length - done);
        }
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw new Failure(
        "snapshot-unwritable",
        `the snapshot '${file}' cannot be written: ${fileProblem(error)}`,
        "give another folder to -checkpoint, or make room there",
      );
    }
    return entryOf(file);
  }

  /** @throws Failure `snapshot-name`, `snapshot-missing` */
  find(name: string): SnapshotEntry {
    const file = this.#fileOf(name);
    const found = this.list().find((entry) => entry.file === file);
    if (found !== undefined) return found;
    const names = this.list().map((entry) => entry.name);
    throw new Failure(
      "snapshot-missing",
      `there is no snapshot '${name}' in '${this.path}'`,
      names.length === 0 ? "none was saved there yet" : `there are: ${names.join(", ")}`,
    );
  }

  remove(name: string): void {
    rmSync(this.find(name).file);
  }

  #fileOf(name: string): string {
    if (namePattern.test(name)) return join(this.path, name + extension);
    throw new Failure(
      "snapshot-name",
      `a snapshot cannot be called '${name}'`,
      "use at most 64 letters, digits, dots, dashes and underscores",
    );
  }
}

/**
 * The snapshots that a path means: the file, or all of the folder, the oldest first.
 *
 * @throws Failure `snapshot-unreadable`, `snapshot-missing`
 */
export function findSnapshots(path: string): readonly SnapshotEntry[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!isFolder) return [entryOf(path)];
  const all = new SnapshotFolder(path).list();
  if (all.length > 0) return all;
  throw new Failure(
    "snapshot-missing",
    `there is no snapshot in '${path}'`,
    "give a folder that `-checkpoint` or `savevm` has written to",
  );
}

/** @throws Failure `snapshot-unreadable` */
export function readSnapshotFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What suffices to tell what a snapshot is of. @throws Failure `snapshot-unreadable` */
export function readBeginning(file: string): Uint8Array {
  try {
    const descriptor = openSync(file, "r");
    try {
      const bytes = new Uint8Array(beginningBytes);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function entryOf(file: string): SnapshotEntry {
  const { size, mtimeMs } = statSync(file);
  return { name: basename(file, extension), file, bytes: size, savedAt: mtimeMs };
}

function unreadable(path: string, error: unknown): Failure {
  return new Failure(
    "snapshot-unreadable",
    `the snapshot '${path}' cannot be read: ${fileProblem(error)}`,
    "give a file or folder that `-checkpoint` or `savevm` has written",
  );
}
