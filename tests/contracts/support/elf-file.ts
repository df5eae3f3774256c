/** One program header of a test file. */
export interface TestSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Defaults to the size in the file. */
  readonly memoryBytes?: number;
  /** Defaults to the physical address. */
  readonly virtualAddress?: number;
  /** Defaults to PT_LOAD. */
  readonly type?: number;
}

/** A small valid ELF executable for rv64 with the segments given. */
export function elfFile(entry: number, segments: readonly TestSegment[]): Uint8Array {
  const headersEnd = 64 + 56 * segments.length;
  const contents = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  const file = new Uint8Array(headersEnd + contents);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, segments.length, true);
  let offset = headersEnd;
  for (const [index, segment] of segments.entries()) {
    const at = 64 + 56 * index;
    const { address, bytes } = segment;
    view.setUint32(at, segment.type ?? 1, true);
    view.setUint32(at + 4, 7, true);
    view.setBigUint64(at + 8, BigInt(offset), true);
    view.setBigUint64(at + 16, BigInt(segment.virtualAddress ?? address), true);
    view.setBigUint64(at + 24, BigInt(address), true);
    view.setBigUint64(at + 32, BigInt(bytes.length), true);
    view.setBigUint64(at + 40, BigInt(segment.memoryBytes ?? bytes.length), true);
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
