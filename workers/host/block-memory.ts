import type { Bytes } from "../vmm/mod.ts";
import { OverlayBlock } from "./block-overlay.ts";
import { diskBytes } from "./block-size.ts";

/**
 * A disk over an image in memory, for graded runs: the image is only read, so that threads may share
 * one copy in a `SharedArrayBuffer`; what the guest writes is private to this disk.
 */
export class MemoryBlock extends OverlayBlock {
  constructor(image: Uint8Array) {
    super({
      bytes: diskBytes(image.length),
      read(offset: Bytes, target: Uint8Array) {
        const part = image.subarray(offset, offset + target.length);
        target.set(part);
        target.fill(0, part.length);
      },
    });
  }
}
