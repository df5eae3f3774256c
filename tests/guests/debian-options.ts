import type { DebianImagePaths } from "../../deploy/images/debian/paths.ts";
import type { Turn } from "./talk-to-guest.ts";

/**
 * The options with which a stock Debian starts from a disk, in QEMU as in Trapline.
 *
 * @param more words for the kernel
 */
export function debianOptions(
  { kernel, initrd }: DebianImagePaths,
  disk: string,
  harts: number,
  more = "",
): string[] {
  return [
    ...["-M", "virt", "-m", "512M", "-smp", `${harts}`, "-nographic"],
    ...[
      "-kernel",
      kernel,
      "-initrd",
      initrd,
      "-append",
      `root=/dev/vda1 console=ttyS0 ${more}`.trim(),
    ],
    ...["-drive", `file=${disk},format=raw,id=hd0,if=none`],
    ...["-device", "virtio-blk-device,drive=hd0"],
  ];
}

/** Leads to root's prompt, `root@trapline:~# `. */
export const debianLogin: readonly Turn[] = [
  ["trapline login: ", "root\n"],
  ["Password: ", "trapline\n"],
];
