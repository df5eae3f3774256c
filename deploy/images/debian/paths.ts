import { fileURLToPath } from "node:url";

/** Absolute paths of the files that make up the Debian image. */
export interface DebianImagePaths {
  readonly folder: string;
  /** The kernel of the image's /boot, as a plain RISC-V `Image`. */
  readonly kernel: string;
  /** The initrd of the image's /boot, which its initramfs-tools made. */
  readonly initrd: string;
  /** A raw disk whose one partition, ext4, holds the root file system. */
  readonly disk: string;
  /** `image.json`: packages, hashes and key; written last, so it vouches for the others. */
  readonly manifest: string;
}

/** Where the built image lives: `.cache/images/debian` of this clone, not under version control. */
export function debianImagePaths(): DebianImagePaths {
  const folder = fileURLToPath(new URL("../../../.cache/images/debian", import.meta.url));
  return {
    folder,
    kernel: `${folder}/kernel`,
    initrd: `${folder}/initrd`,
    disk: `${folder}/disk`,
    manifest: `${folder}/image.json`,
  };
}
