/**
 * Frames: what a channel carries, one for each message.
 *
 * ```
 *  0  u32  bytes behind this number
 *  4  u32  XXH32 of the bytes behind this number
 *  8  u32  sequence number of this direction, from 0
 * 12       the message
 * ```
 * Numbers are little-endian. A frame that comes again is dropped; one that is damaged or was preceded
 * by one that did not come ends the connection: nothing is asked for twice, the whole migration is.
 */
import type { Bytes } from "../base/units.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { decodeMessage, encodeMessage, type Message, mostCarried } from "./protocol.ts";
import { xxh32 } from "./xxh32.ts";

export const frameHeadBytes: Bytes = 12;
const mostFrameBytes: Bytes = mostCarried + 2 ** 17;
const two32 = 2 ** 32;

/** One direction's end that sends. */
export class FrameWriter {
  #sequence = 0;

  write(message: Message): Uint8Array<ArrayBuffer> {
    const frame = encodeMessage(message, frameHeadBytes);
    const view = new DataView(frame.buffer, frame.byteOffset);
    view.setUint32(0, frame.length - 4, true);
    view.setUint32(8, this.#sequence, true);
    view.setUint32(4, xxh32(frame.subarray(8)), true);
    this.#sequence = (this.#sequence + 1) % two32;
    return frame;
  }
}

/** One direction's end that receives. */
export class FrameReader {
  #sequence = 0;
  #duplicates = 0;

  /** Frames that came a second time and were dropped. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /**
   * @returns nothing for a frame that has come before
   * @throws MigrationProblem `migration-frame-damaged`, `migration-frame-missing`,
   *   `migration-message-malformed`
   */
  read(frame: Uint8Array): Message | undefined {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    if (frame.length <= frameHeadBytes || view.getUint32(0, true) !== frame.length - 4) {
      throw new MigrationProblem("migration-frame-damaged", "it is not as long as it says");
    }
    if (view.getUint32(4, true) !== xxh32(frame.subarray(8))) {
      throw new MigrationProblem("migration-frame-damaged", "its checksum is another");
    }
    const ahead = (view.getUint32(8, true) - this.#sequence) | 0;
    if (ahead > 0) throw new MigrationProblem("migration-frame-missing", `${ahead} did not come`);
    if (ahead < 0) {
      this.#duplicates++;
      return undefined;
    }
    this.#sequence = (this.#sequence + 1) % two32;
    return decodeMessage(frame.subarray(frameHeadBytes));
  }
}

/** Cuts a stream of bytes into frames, for channels that carry a stream. */
export class FrameSplitter {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /**
   * @returns the frames that are complete now
   * @throws MigrationProblem `migration-frame-damaged` for a frame that cannot be so long
   */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    const frames: Uint8Array[] = [];
    for (let next = this.#nextLength(); next <= this.#length; next = this.#nextLength()) {
      const joined = this.#join();
      frames.push(joined.subarray(0, next));
      this.#pieces = [joined.subarray(next)];
      this.#length -= next;
    }
    return frames;
  }

  /** The length of the frame that is under way, infinite while nobody knows. */
  #nextLength(): Bytes {
    if (this.#length < 4) return Number.POSITIVE_INFINITY;
    if ((this.#pieces[0] as Uint8Array).length < 4) this.#join();
    const first = this.#pieces[0] as Uint8Array;
    const length =
      new DataView(first.buffer, first.byteOffset, first.length).getUint32(0, true) + 4;
    if (length <= frameHeadBytes || length > mostFrameBytes) {
      throw new MigrationProblem("migration-frame-damaged", `it cannot have ${length} bytes`);
    }
    return length;
  }

  #join(): Uint8Array {
    if (this.#pieces.length === 1) return this.#pieces[0] as Uint8Array;
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [joined];
    return joined;
  }
}
