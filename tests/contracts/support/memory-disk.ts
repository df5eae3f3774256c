import type { BlockBackend } from "../../../workers/vmm/devices/virtio/block-backend.ts";

/** A disk in memory that counts, and that throws when a device asks for what it must not ask for. */
export class MemoryDisk implements BlockBackend {
  readonly bytes: number;
  readonly #content: Uint8Array;
  writes = 0;
  flushes = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.#content = new Uint8Array(bytes);
  }

  /** A live view of the disk's content. */
  bytesAt(offset: number, bytes: number): Uint8Array {
    return this.#content.subarray(offset, offset + bytes);
  }

  read(offset: number, target: Uint8Array): void {
    this.#require(offset, target.length);
    target.set(this.bytesAt(offset, target.length));
  }

  write(offset: number, source: Uint8Array): void {
    this.#require(offset, source.length);
    this.#content.set(source, offset);
    this.writes++;
  }

  flush(): void {
    this.flushes++;
  }

  #require(offset: number, bytes: number): void {
    if (offset % 512 !== 0 || bytes % 512 !== 0 || offset < 0 || offset + bytes > this.bytes) {
      throw new RangeError(`no sectors at ${offset}, ${bytes} bytes`);
    }
  }
}
