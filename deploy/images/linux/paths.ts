import { fileURLToPath } from "node:url";

/** Absolute paths of the files that make up the Linux image. */
export interface LinuxImagePaths {
  readonly folder: string;
  /** Plain RISC-V `Image`, unmodified. */
  readonly kernel: string;
  /** Uncompressed newc archive. */
  readonly initrd: string;
  /** Raw ext2 disk. */
  readonly disk: string;
  /** `image.json`: packages, command line and key; written last, so it vouches for the others. */
  readonly manifest: string;
}

/** Where the built image lives: `.cache/images/linux` of this clone, not under version control. */
export function linuxImagePaths(): LinuxImagePaths {
  const folder = fileURLToPath(new URL("../../../.cache/images/linux", import.meta.url));
  return {
    folder,
    kernel: `${folder}/kernel`,
    initrd: `${folder}/initrd`,
    disk: `${folder}/disk`,
    manifest: `${folder}/image.json`,
  };
}
