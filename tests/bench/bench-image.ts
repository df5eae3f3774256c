import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { newcArchive } from "../../deploy/images/linux/newc-archive.ts";
import { linuxPath } from "../guests/guests.ts";

/** The files that the rows under Linux start from. */
export interface BenchImage {
  readonly kernel: string;
  /** The Linux image's own with the benchmarks behind it: Linux unpacks one archive after another. */
  readonly initrd: string;
  /** Makes a blank disk of 32 MiB for one run. @returns its path */
  blankDisk(): string;
}

const folder = fileURLToPath(new URL("../../.cache/bench", import.meta.url));
const init = fileURLToPath(new URL("bench-init", import.meta.url));
const diskBytes = 32 * 2 ** 20;

/**
 * Puts the benchmarks' initrd into `.cache/bench`, anew for each bench: it is a copy of 10 MB.
 *
 * @param say receives one line per step of building the Linux image
 */
export function makeBenchImage(say: (line: string) => void): BenchImage {
  const linux = ensureLinuxImage({ say });
  mkdirSync(folder, { recursive: true });
  const initrd = `${folder}/initrd`;
  const program = (path: string, file: string) =>
    ({ kind: "file", path, executable: true, bytes: readFileSync(file) }) as const;
  const own = newcArchive([
    program("bench-init", init),
    program("linux-bench", linuxPath("bench")),
  ]);
  // Two benches may run at once: neither sees half a file.
  const building = `${initrd}-${process.pid}`;
  writeFileSync(building, Buffer.concat([readFileSync(linux.initrd), own]));
  renameSync(building, initrd);
  const disk = `${folder}/disk-${process.pid}`;
  process.once("exit", () => rmSync(disk, { force: true }));
  return {
    kernel: linux.kernel,
    initrd,
    blankDisk() {
      rmSync(disk, { force: true });
      writeFileSync(disk, "");
      truncateSync(disk, diskBytes);
      return disk;
    },
  };
}
