import type { Bytes } from "../../base/units.ts";

/**
 * Where a disk's bytes live. Synchronous: completion *time* is the device's business (guest time),
 * the back end only moves bytes. Offsets and lengths are multiples of 512 inside the disk.
 */
export interface BlockBackend {
  readonly bytes: Bytes;
  read(offset: Bytes, target: Uint8Array): void;
  write(offset: Bytes, source: Uint8Array): void;
  flush(): void;
}
