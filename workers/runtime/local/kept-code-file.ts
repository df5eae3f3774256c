/**
 * Where `trapline qemu` keeps the translations of a kernel, so that its next start finds them: one
 * file for each kernel and build of the monitor, in the person's own cache folder.
 *
 * Its bytes are executed as they stand. So a file is used only if it is this person's and nobody else
 * may write to it, and it is written whole or not at all.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { nativeHash } from "../../host/native-hash.ts";
import type { Monitor } from "../../vmm/mod.ts";
import { buildIdentity } from "../build-identity.ts";

/** A folder, the usual one, or none. */
export type KeptCodePlace = "usual" | "none" | { readonly folder: string };

/** Kernels whose translations are kept; the one that was not written to for longest goes. */
const mostFiles = 16;
/** A run that had fewer regions translated has nothing to keep. */
const fewestRegions = 20;
/**
 * What a run has used is kept, and of what others have as much as makes up so many: a boot of Linux uses
 * 200, and each that is not used costs the next start 80 us.
 */
const leastKept = 500;
const writableByOthers = 0o022;

export class KeptCodeFile {
  readonly #folder: string;
  readonly #file: string;

  private constructor(folder: string, file: string) {
    this.#folder = folder;
    this.#file = file;
  }

  /** @param kernel the file that is started; undefined where there is nothing to keep code for */
  static of(place: KeptCodePlace, kernel: string | undefined): KeptCodeFile | undefined {
    if (place === "none" || kernel === undefined) return undefined;
    const cache = process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? homedir(), ".cache");
    const folder = place === "usual" ? join(cache, "trapline", "translations") : place.folder;
    try {
      const { size, mtimeMs } = statSync(kernel);
      const name = createHash("sha256").update(`${resolve(kernel)} ${size} ${mtimeMs}`);
      const file = `${buildIdentity().slice(0, 16)}-${name.digest("hex").slice(0, 16)}.code`;
      return new KeptCodeFile(folder, join(folder, file));
    } catch {
      // Whoever loads the kernel says what is wrong with it.
      return undefined;
    }
  }

  /** Gives a monitor what was kept, if there is something that can be used. */
  load(monitor: Monitor): void {
    monitor.beginKeeping();
    try {
      const bytes = readOwn(this.#file);
      if (bytes) monitor.useKeptCode(bytes, nativeHash);
    } catch {
      // Damaged: it is made anew.
    }
  }

  /** Keeps what is new. A cache that cannot be written to is none: the run itself is not concerned. */
  save(monitor: Monitor): void {
    const { modules, regions } = monitor.translations;
    if (modules === 0 || regions < fewestRegions) return;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const draft = `${this.#file}.${process.pid}`;
      writeFileSync(draft, monitor.keepCode(nativeHash, leastKept), { mode: 0o600 });
      renameSync(draft, this.#file);
      this.#dropOldest();
    } catch {
      // See above.
    }
  }

  /** A region has failed: no run begins with what was kept. */
  remove(): void {
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // As with a cache that cannot be written to.
    }
  }

  #dropOldest(): void {
    const files = readdirSync(this.#folder)
      .filter((name) => name.endsWith(".code"))
      .map((name) => join(this.#folder, name))
      .map((file) => ({ file, written: statSync(file).mtimeMs }))
      .sort((a, b) => b.written - a.written);
    for (const { file } of files.slice(mostFiles)) rmSync(file);
  }
}

/** @returns undefined for a file of somebody else, or one that others may write to */
function readOwn(file: string): Uint8Array | undefined {
  const opened = openSync(file, "r");
  try {
    const { uid, mode } = fstatSync(opened);
    const isOwn = process.getuid === undefined || uid === process.getuid();
    return isOwn && (mode & writableByOthers) === 0 ? readFileSync(opened) : undefined;
  } finally {
    closeSync(opened);
  }
}
