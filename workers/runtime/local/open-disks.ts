import { statSync } from "node:fs";
import { FileBlock } from "../../host/block-file.ts";
import { OverlayBlock } from "../../host/block-overlay.ts";
import { type BlockBackend, Failure } from "../../vmm/mod.ts";
import type { LocalDisk } from "./local-run.ts";

/** The open disk images of one run, by disk name. */
export interface OpenDisks extends Disposable {
  readonly disks: ReadonlyMap<string, BlockBackend>;
}

/**
 * Opens all disk images, or none.
 *
 * @throws Failure `disk-unreadable`, or `disk-shared` when one file is written through two disks
 */
export function openDisks(wanted: readonly LocalDisk[]): OpenDisks {
  const files: FileBlock[] = [];
  const disks = new Map<string, BlockBackend>();
  const close = () => {
    for (const file of files) {
      file.close();
    }
  };
  try {
    for (const { name, file: path, readOnly, snapshot } of wanted) {
      const file = new FileBlock(path, { readOnly: readOnly || snapshot });
      files.push(file);
      disks.set(name, snapshot ? new OverlayBlock(file) : file);
    }
    refuseSharedFiles(wanted);
  } catch (error) {
    close();
    throw error;
  }
  return { disks, [Symbol.dispose]: close };
}

function refuseSharedFiles(wanted: readonly LocalDisk[]): void {
  const seen = new Map<string, LocalDisk>();
  for (const disk of wanted) {
    const { dev, ino } = statSync(disk.file);
    const other = seen.get(`${dev}:${ino}`);
    if (other !== undefined && (isWriter(disk) || isWriter(other))) {
      throw new Failure(
        "disk-shared",
        `disks '${other.name}' and '${disk.name}' are the same file, and one of them writes to it`,
        "give each disk its own file, or add readonly=on to both",
      );
    }
    seen.set(`${dev}:${ino}`, disk);
  }
}

function isWriter({ readOnly, snapshot }: LocalDisk): boolean {
  return !readOnly && !snapshot;
}
