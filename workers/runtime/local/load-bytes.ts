import { Failure, type Machine } from "../../vmm/mod.ts";
import type { LocalLoad } from "./local-run.ts";
import { readImage } from "./read-image.ts";

/** What is to be placed, read. */
export type Load = { readonly address: number; readonly bytes: Uint8Array };

const elfMagic = [0x7f, 0x45, 0x4c, 0x46];

/** @throws Failure `image-unreadable`, `load-elf` */
export function readLoads(loads: readonly LocalLoad[]): readonly Load[] {
  return loads.map(({ address, content }) => {
    if ("bytes" in content) return { address, bytes: content.bytes };
    const bytes = readImage("file of the loader", content.file);
    if (!elfMagic.every((byte, index) => bytes[index] === byte)) return { address, bytes };
    throw new Failure(
      "load-elf",
      `-device loader: '${content.file}' is an ELF file, and the loader takes raw images`,
      "give it to -kernel, or make a raw image of it with `objcopy -O binary`",
    );
  });
}

/**
 * Puts bytes into the memory of a machine that has not run yet.
 *
 * @throws Failure `load-outside`
 */
export function loadBytes(machine: Machine, loads: readonly Load[]): void {
  for (const { address, bytes } of loads) {
    if (machine.debug.writePhysical(address, bytes)) continue;
    throw new Failure(
      "load-outside",
      `-device loader: ${bytes.length} bytes at 0x${address.toString(16)} are not all in RAM`,
      "RAM starts at 0x80000000; check addr= and -m",
    );
  }
}
