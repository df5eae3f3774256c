import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Compression } from "../vmm/mod.ts";

/** One of the quick ones below 1: a quarter less time than that, for 30 % more bytes (docs/benchmarks.md). */
const level = -3;

/**
 * zstd of the runtime, at a quick level: pages of a moving machine. Where it has none (Node before
 * 22.15) there is no such export, and pages travel as they are.
 */
export const zstd: Compression | undefined =
  typeof zstdCompressSync !== "function"
    ? undefined
    : {
        name: "zstd",
        compress: (bytes) =>
          zstdCompressSync(bytes, {
            chunkSize: roomFor(bytes.length / 2),
            params: { [constants.ZSTD_c_compressionLevel]: level },
          }),
        decompress: (bytes, size) =>
          zstdDecompressSync(bytes, { chunkSize: roomFor(size), maxOutputLength: size }),
      };

/** With the usual 16 KiB at a time a batch of pages takes many turns, and is joined afterwards. */
function roomFor(bytes: number): number {
  return Math.max(1024, Math.min(bytes + 1024, 2 ** 20 + 1024));
}
