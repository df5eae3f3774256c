import type { Bytes } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import type { Segment } from "./segments.ts";

/** Moves bytes in order through the concatenated segments of a descriptor chain. */
export class SegmentStream {
  readonly #memory: GuestMemory;
  readonly #segments: readonly Segment[];
  #index = 0;
  /** Position inside the present segment. */
  #offset: Bytes = 0;

  constructor(memory: GuestMemory, segments: readonly Segment[]) {
    this.#memory = memory;
    this.#segments = segments;
  }

  /** Guest memory to `target`, which must not be longer than what is left. */
  read(target: Uint8Array): void {
    this.#move(target, (address, part) => this.#memory.read(address, part));
  }

  /** `source`, which must not be longer than what is left, to guest memory. */
  write(source: Uint8Array): void {
    this.#move(source, (address, part) => this.#memory.write(address, part));
  }

  #move(bytes: Uint8Array, copy: (address: number, part: Uint8Array) => boolean): void {
    let done = 0;
    while (done < bytes.length) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) {
        return;
      }
      const length = Math.min(segment.bytes - this.#offset, bytes.length - done);
      copy(segment.address + this.#offset, bytes.subarray(done, done + length));
      done += length;
      this.#offset += length;
      if (this.#offset === segment.bytes) {
        this.#index++;
        this.#offset = 0;
      }
    }
  }
}
