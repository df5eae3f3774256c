/**
 * Where the two ends of a channel between a worker's main thread and a pCPU thread meet: a ring of
 * frames for the thread, which it can read at any time, also while it waits in the middle of an
 * instruction; and what both know of each other without messages.
 *
 *     0  bytes written to the ring, modulo 2³²
 *     1  bytes read from it
 *     2  state: 0 open, 1 the main thread has closed it, 2 cut
 *     3  bytes of the thread's frames that the main thread has received
 *     4  1: the main thread waits for room in the ring
 *     5  1: what the guest has said is told, and another worker may have it
 */
const wordsBytes = 64;
const lengthBytes = 4;

export const lineState = { open: 0, closed: 1, cut: 2 } as const;
export const lineWord = {
  written: 0,
  read: 1,
  state: 2,
  received: 3,
  wantsRoom: 4,
  isTold: 5,
} as const;

/** More than the longest frame takes. */
const usualCapacity = 2 ** 21;

export class SharedLine {
  readonly shared: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(shared = new SharedArrayBuffer(wordsBytes + usualCapacity)) {
    this.shared = shared;
    this.words = new Int32Array(shared, 0, wordsBytes / 4);
    this.#bytes = new Uint8Array(shared, wordsBytes);
  }

  /** Bytes that a frame may have to be written now. */
  get room(): number {
    return Math.max(0, this.#bytes.length - this.#used() - lengthBytes);
  }

  get isEmpty(): boolean {
    return this.#used() === 0;
  }

  /** @throws RangeError where there is no room */
  write(frame: Uint8Array): void {
    if (frame.length > this.room) throw new RangeError("the ring has no room");
    const at = Atomics.load(this.words, lineWord.written);
    const length = new Uint8Array(lengthBytes);
    new DataView(length.buffer).setUint32(0, frame.length);
    this.#put(at, length);
    this.#put(at + lengthBytes, frame);
    Atomics.store(this.words, lineWord.written, at + lengthBytes + frame.length);
    Atomics.notify(this.words, lineWord.written);
  }

  read(): Uint8Array | undefined {
    if (this.isEmpty) return undefined;
    const at = Atomics.load(this.words, lineWord.read);
    const length = new DataView(this.#get(at, lengthBytes).buffer).getUint32(0);
    const frame = this.#get(at + lengthBytes, length);
    Atomics.store(this.words, lineWord.read, at + lengthBytes + length);
    return frame;
  }

  #used(): number {
    const { words } = this;
    return (Atomics.load(words, lineWord.written) - Atomics.load(words, lineWord.read)) >>> 0;
  }

  #put(at: number, bytes: Uint8Array): void {
    const start = (at >>> 0) % this.#bytes.length;
    const first = bytes.subarray(0, this.#bytes.length - start);
    this.#bytes.set(first, start);
    this.#bytes.set(bytes.subarray(first.length), 0);
  }

  #get(at: number, length: number): Uint8Array {
    const start = (at >>> 0) % this.#bytes.length;
    const bytes = new Uint8Array(length);
    const first = this.#bytes.subarray(start, Math.min(start + length, this.#bytes.length));
    bytes.set(first);
    bytes.set(this.#bytes.subarray(0, length - first.length), first.length);
    return bytes;
  }
}
