/** A way to compress batches of pages; comes from the runtime, which has better ones than JavaScript. */
import type { Bytes } from "../base/units.ts";

export interface Compression {
  /** What both sides know it by, such as `zstd`. */
  readonly name: string;
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * @param size bytes that it must give
   * @returns something else, or throws, where the bytes are not what `compress` makes
   */
  decompress(bytes: Uint8Array, size: Bytes): Uint8Array;
}
