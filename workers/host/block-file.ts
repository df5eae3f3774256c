import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { type BlockBackend, type Bytes, Failure } from "../vmm/mod.ts";
import { diskBytes } from "./block-size.ts";
import { fileProblem } from "./file-problem.ts";

/**
 * A disk in a raw image file of the host.
 *
 * The size is fixed when the file is opened. An image that does not end with a whole sector is read
 * as if zeros followed, and grows when the guest writes its last sector, as under QEMU. Unlike QEMU
 * this takes no lock on the file: that no other process writes to it is the caller's business.
 */
export class FileBlock implements BlockBackend {
  readonly bytes: Bytes;
  readonly #file: number;

  /** @throws Failure `disk-unreadable` when the file cannot be opened or is not a regular file */
  constructor(path: string, options: { readonly readOnly: boolean }) {
    this.#file = open(path, options.readOnly);
    const status = fstatSync(this.#file);
    if (!status.isFile()) {
      closeSync(this.#file);
      throw new Failure(
        "disk-unreadable",
        `disk image '${path}' is not a regular file`,
        "give a raw disk image, for example one made with `truncate -s 64M disk.img`",
      );
    }
    this.bytes = diskBytes(status.size);
  }

  read(offset: Bytes, target: Uint8Array): void {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.#file, target, done, target.length - done, offset + done);
      if (count === 0) {
        target.fill(0, done);
        return;
      }
      done += count;
    }
  }

  write(offset: Bytes, source: Uint8Array): void {
    let done = 0;
    while (done < source.length) {
      done += writeSync(this.#file, source, done, source.length - done, offset + done);
    }
  }

  flush(): void {
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function open(path: string, readOnly: boolean): number {
  try {
    return openSync(path, readOnly ? "r" : "r+");
  } catch (error) {
    throw new Failure(
      "disk-unreadable",
      `disk image '${path}' cannot be opened: ${fileProblem(error)}`,
      readOnly
        ? "check the path and that you may read the file"
        : "check the path and that you may write the file, or add readonly=on",
    );
  }
}
