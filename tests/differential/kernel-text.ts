/**
 * The code of a RISC-V Linux `Image`: its PE header (for EFI, also where none is used) says where
 * the section `.text` lies.
 */

/** How many instructions of it are compared with objdump at least. */
export const comparedInstructions = 1_500_000;

/** @returns the bytes of `.text`, or undefined where the image has no such header */
export function kernelText(image: Uint8Array): Uint8Array | undefined {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const header = view.getUint32(0x3c, true);
  if (header + 24 > image.length || view.getUint32(header, true) !== 0x4550) return undefined;
  const sections = view.getUint16(header + 6, true);
  const first = header + 24 + view.getUint16(header + 20, true);
  for (let at = first; at < first + 40 * sections; at += 40) {
    const name = String.fromCharCode(...image.subarray(at, at + 8)).replace(/\0+$/, "");
    if (name !== ".text") continue;
    const begin = view.getUint32(at + 20, true);
    return image.subarray(begin, begin + view.getUint32(at + 16, true));
  }
  return undefined;
}
