/** A file with the header of a RISC-V Linux `Image` and nothing behind it. */
export function linuxImageFile(fields: {
  readonly textOffset?: number;
  readonly imageBytes?: number;
  readonly flags?: number;
}): Uint8Array {
  const file = new Uint8Array(128);
  const view = new DataView(file.buffer);
  view.setBigUint64(8, BigInt(fields.textOffset ?? 0x20_0000), true);
  view.setBigUint64(16, BigInt(fields.imageBytes ?? 0x1000), true);
  view.setBigUint64(24, BigInt(fields.flags ?? 0), true);
  view.setUint32(56, 0x0543_5352, true);
  return file;
}
