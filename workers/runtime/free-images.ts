import type { MachineConfig } from "../vmm/mod.ts";
import { imageBuffers } from "./image-buffers.ts";

/** Frees the images of a machine that has been made: it has them in its RAM. They are empty then. */
export function freeImages({ boot }: MachineConfig): void {
  for (const buffer of imageBuffers(boot)) buffer.transfer(0);
}
