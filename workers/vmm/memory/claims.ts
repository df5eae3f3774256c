/**
 * Parts of machine memory of which each belongs to one pCPU thread at a time. Whoever comes first has
 * it, without a lock: nobody waits for a thread that was ended in the middle.
 *
 * A claim is one u32 in machine memory: 0, or the thread's number plus one.
 */
import type { MachineAddress } from "../base/units.ts";

/** A pCPU thread of the worker, counted from 0. */
export type PcpuNumber = number;

export class Claims {
  readonly count: number;
  readonly #words: Int32Array;
  readonly #first: number;

  /** @param words all of machine memory */
  constructor(words: Int32Array, base: MachineAddress, count: number) {
    this.#words = words;
    this.#first = base / 4;
    this.count = count;
  }

  /** @returns false where it is somebody's */
  claim(index: number, pcpu: PcpuNumber): boolean {
    return Atomics.compareExchange(this.#words, this.#first + index, 0, pcpu + 1) === 0;
  }

  /** Claims the lowest that is nobody's. */
  claimAny(pcpu: PcpuNumber, from = 0): number | undefined {
    for (let index = from; index < this.count; index++) {
      if (this.#words[this.#first + index] === 0 && this.claim(index, pcpu)) return index;
    }
    return undefined;
  }

  /** Claims so many in a row. @returns the first */
  claimRow(length: number, pcpu: PcpuNumber): number | undefined {
    for (let start = 0; start + length <= this.count; ) {
      let end = start;
      while (end < start + length && this.claim(end, pcpu)) end++;
      if (end === start + length) return start;
      for (let index = start; index < end; index++) this.giveBack(index);
      start = end + 1;
    }
    return undefined;
  }

  /** Only by its owner, or for an owner that has ended. */
  giveBack(index: number): void {
    Atomics.store(this.#words, this.#first + index, 0);
  }

  ownerOf(index: number): PcpuNumber | undefined {
    const word = Atomics.load(this.#words, this.#first + index);
    return word === 0 ? undefined : word - 1;
  }

  /** All that a thread has. */
  of(pcpu: PcpuNumber): number[] {
    return Array.from({ length: this.count }, (_, index) => index).filter(
      (index) => this.ownerOf(index) === pcpu,
    );
  }
}
