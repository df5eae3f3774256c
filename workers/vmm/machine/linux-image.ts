import { Failure } from "../base/failure.ts";
import type { Bytes } from "../base/units.ts";

/** What the header of a RISC-V Linux `Image` says. */
export interface LinuxImage {
  /** Offset from the start of RAM at which the image wants to lie. */
  readonly textOffset: Bytes;
  /** Memory that the image needs, its zeroed data included; at least the file's length. */
  readonly imageBytes: Bytes;
}

const headerBytes = 64;
/** "RSC\x05" at offset 56. */
const magic2 = 0x05435352;
const bigEndianFlag = 1;

/**
 * Reads the header of a Linux `Image` (Documentation/arch/riscv/boot-image-header.rst), or gives
 * `undefined` for a file that is none.
 *
 * Failures: `linux-compressed` for a compressed kernel, `linux-foreign` for a big-endian one.
 */
export function parseLinuxImage(file: Uint8Array): LinuxImage | undefined {
  refuseCompressed(file);
  if (file.length < headerBytes) {
    return undefined;
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(56, true) !== magic2) {
    return undefined;
  }
  if ((view.getUint32(24, true) & bigEndianFlag) !== 0) {
    throw new Failure(
      "linux-foreign",
      "The Linux image is for big-endian RISC-V.",
      "Use a little-endian kernel: all usual distributions ship one.",
    );
  }
  return {
    textOffset: readSize(view, 8),
    imageBytes: Math.max(readSize(view, 16), file.length),
  };
}

function refuseCompressed(file: Uint8Array): void {
  const isGzip = file[0] === 0x1f && file[1] === 0x8b;
  const isZboot = hasText(file, 0, "MZ") && hasText(file, 4, "zimg");
  if (isGzip || isZboot) {
    throw new Failure(
      "linux-compressed",
      `The kernel is compressed (${isGzip ? "gzip" : "EFI zboot"}).`,
      "Pass the uncompressed Image; gunzip unpacks an Image.gz.",
    );
  }
}

function hasText(file: Uint8Array, offset: number, text: string): boolean {
  return [...text].every((character, index) => file[offset + index] === character.charCodeAt(0));
}

function readSize(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}
