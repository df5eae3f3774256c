import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { ImageProblem } from "./image-problem.ts";

/** Offsets in the header of a RISC-V Image (Documentation/arch/riscv/boot-image-header.rst). */
const magic2Offset = 0x38;
const magic2 = 0x05435352;

/** Offsets in the header of an EFI zboot image (drivers/firmware/efi/libstub/zboot-header.S). */
const zboot = { mark: 4, payloadOffset: 8, payloadBytes: 12, compression: 24 };

/**
 * Turns the kernel file of a Debian package into the plain `Image` that a machine loads: as it is,
 * gzip-compressed, or wrapped as a self-extracting EFI program.
 *
 * @throws ImageProblem when the file is none of these
 */
export function plainKernelImage(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength > 64 && view.getUint32(magic2Offset, true) === magic2) return file;
  if (file[0] === 0x1f && file[1] === 0x8b) return plainKernelImage(gunzipSync(file));
  if (file.byteLength > 64 && text(file, zboot.mark, 4) === "zimg") {
    const start = view.getUint32(zboot.payloadOffset, true);
    const payload = file.subarray(start, start + view.getUint32(zboot.payloadBytes, true));
    const compression = text(file, zboot.compression, 4);
    if (compression === "gzip") return plainKernelImage(gunzipSync(payload));
    if (compression === "zstd") return plainKernelImage(zstdDecompressSync(payload));
  }
  throw new ImageProblem(
    "The package's kernel is neither a RISC-V Image nor one that gzip or zstd compressed.",
    "The packaging has changed: look at the file with `file` and teach plain-kernel-image.ts its form.",
  );
}

function text(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.subarray(offset, offset + length)).toString("latin1");
}
