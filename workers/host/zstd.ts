import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Compression } from "../vmm/mod.ts";

/**
 * zstd of the runtime, at its quickest level: pages of a moving machine. Where it has none (Node before
 * 22.15) there is no such export, and pages travel as they are.
 */
export const zstd: Compression | undefined =
  typeof zstdCompressSync !== "function"
    ? undefined
    : {
        name: "zstd",
        compress: (bytes) =>
          zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
        decompress: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: size }),
      };
