const prefixBytes = 4;
/** The largest packet that QEMU takes from a stream: 64 KiB and room for its headers. */
const largestFrame = 65_536 + 4096;

/** A frame with its length before it (4 bytes, big-endian): the wire format of QEMU's streams. */
export function framed(frame: Uint8Array): Uint8Array {
  const packet = new Uint8Array(prefixBytes + frame.length);
  new DataView(packet.buffer).setUint32(0, frame.length);
  packet.set(frame, prefixBytes);
  return packet;
}

/**
 * Takes such frames out of a byte stream that comes in any pieces. What claims to be longer than any
 * frame breaks the stream: there is no way to find the next beginning.
 */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isBroken = false;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** @returns the frames that are complete now, copies that belong to the caller */
  read(bytes: Uint8Array): Uint8Array[] {
    if (this.#isBroken) return [];
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes < prefixBytes) return [];
    const all = this.#joined();
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    const frames: Uint8Array[] = [];
    let offset = 0;
    while (offset + prefixBytes <= all.length) {
      const length = view.getUint32(offset);
      if (length > largestFrame) {
        this.#isBroken = true;
        this.#keep(new Uint8Array());
        return frames;
      }
      const end = offset + prefixBytes + length;
      if (end > all.length) break;
      // Not `slice`: of a Buffer that is no copy.
      frames.push(new Uint8Array(all.subarray(offset + prefixBytes, end)));
      offset = end;
    }
    this.#keep(new Uint8Array(all.subarray(offset)));
    return frames;
  }

  #joined(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0] ?? new Uint8Array();
    const all = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  #keep(rest: Uint8Array): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }
}
