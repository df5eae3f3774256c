import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensureLinuxImage } from "../../../deploy/images/linux/ensure-linux-image.ts";
import { newcArchive } from "../../../deploy/images/linux/newc-archive.ts";
import { linuxPath } from "../../guests/guests.ts";

/** Paths of a Linux with `linux-load` in it: work that never ends. */
export interface LoadImage {
  readonly kernel: string;
  readonly initrd: string;
  readonly disk: string;
}

const folder = fileURLToPath(new URL("../../../.cache/bench", import.meta.url));

/** Puts it into `.cache/bench`: the Linux image's initrd with one more archive behind it. */
export function makeLoadImage(): LoadImage {
  const { kernel, initrd, disk } = ensureLinuxImage();
  mkdirSync(folder, { recursive: true });
  const own = newcArchive([
    {
      ...({ kind: "file", path: "bin/linux-load", executable: true } as const),
      bytes: readFileSync(linuxPath("load")),
    },
  ]);
  const path = `${folder}/load-initrd`;
  // Two benches may run at once: neither sees half a file.
  const building = `${path}-${process.pid}`;
  writeFileSync(building, Buffer.concat([readFileSync(initrd), own]));
  renameSync(building, path);
  return { kernel, initrd: path, disk };
}
