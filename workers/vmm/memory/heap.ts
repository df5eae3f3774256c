/**
 * The heap of machine memory: zero-filled, page-aligned blocks for the tables of VMs (harts, TLBs,
 * guest maps). Each pCPU thread has a view of it, claims units for itself and divides them alone.
 */
import { Failure } from "../base/failure.ts";
import type { Bytes, MachineAddress } from "../base/units.ts";
import { Claims, type PcpuNumber } from "./claims.ts";
import { clear } from "./clear.ts";
import { clearPages } from "./clear-pages.ts";
import { heapBase, heapBytes, heapClaimsBase, heapUnitBytes, pageBytes } from "./layout.ts";

interface Block {
  readonly start: MachineAddress;
  readonly end: MachineAddress;
}

export class Heap {
  readonly #bytes: Uint8Array;
  readonly #pcpu: PcpuNumber;
  readonly #claims: Claims;
  readonly #start: MachineAddress;
  /** By address; no two touch. */
  #free: Block[] = [];

  /** @param bytes all of machine memory */
  constructor(bytes: Uint8Array, pcpu: PcpuNumber) {
    this.#bytes = bytes;
    this.#pcpu = pcpu;
    this.#start = heapBase(bytes.length);
    const words = new Int32Array(bytes.buffer);
    this.#claims = new Claims(words, heapClaimsBase, heapBytes(bytes.length) / heapUnitBytes);
  }

  /** Bytes that this thread could still have. */
  get free(): Bytes {
    let free = this.#free.reduce((sum, { start, end }) => sum + end - start, 0);
    for (let unit = 0; unit < this.#claims.count; unit++) {
      if (this.#claims.ownerOf(unit) === undefined) free += heapUnitBytes;
    }
    return free;
  }

  /**
   * First fit.
   *
   * @throws Failure `machine-memory-heap-full`
   */
  allocate(bytes: Bytes): MachineAddress {
    const size = Math.ceil(bytes / pageBytes) * pageBytes;
    const index = this.#fit(size);
    const { start, end } = this.#free[index] as Block;
    this.#free.splice(index, 1, ...(end === start + size ? [] : [{ start: start + size, end }]));
    return start;
  }

  /** Gives back what `allocate(bytes)` returned. */
  release(start: MachineAddress, bytes: Bytes): void {
    const end = start + Math.ceil(bytes / pageBytes) * pageBytes;
    clear(this.#bytes, start, end);
    this.#insert({ start, end });
    this.#giveBackUnits();
  }

  /** Clears and frees what a thread had that has ended. */
  reclaim(pcpu: PcpuNumber): void {
    for (const unit of this.#claims.of(pcpu)) {
      const start = this.#start + unit * heapUnitBytes;
      clearPages(this.#bytes, start, start + heapUnitBytes);
      this.#claims.giveBack(unit);
    }
  }

  /** The index of a block that is large enough. */
  #fit(size: Bytes): number {
    const known = this.#indexOf(size);
    if (known >= 0) return known;
    // With what lies beside them, one unit less may do.
    const most = Math.ceil(size / heapUnitBytes);
    for (const units of [most, most - 1]) {
      const first = units > 0 ? this.#claims.claimRow(units, this.#pcpu) : undefined;
      if (first === undefined) continue;
      const start = this.#start + first * heapUnitBytes;
      this.#insert({ start, end: start + units * heapUnitBytes });
      const index = this.#indexOf(size);
      if (index >= 0) return index;
      this.#giveBackUnits();
    }
    throw new Failure(
      "machine-memory-heap-full",
      "The machine memory has no room for the tables of one more VM.",
      "Run fewer VMs in this worker, or give it a larger machine memory.",
    );
  }

  #indexOf(size: Bytes): number {
    return this.#free.findIndex(({ start, end }) => end - start >= size);
  }

  #insert(block: Block): void {
    const sorted = [...this.#free, block].sort((a, b) => a.start - b.start);
    const merged: Block[] = [];
    for (const next of sorted) {
      const last = merged.at(-1);
      if (last?.end === next.start) merged.splice(-1, 1, { start: last.start, end: next.end });
      else merged.push(next);
    }
    this.#free = merged;
  }

  /** Units of which nothing is used are anybody's again. */
  #giveBackUnits(): void {
    this.#free = this.#free.flatMap(({ start, end }) => {
      const first = Math.ceil((start - this.#start) / heapUnitBytes);
      const behind = Math.floor((end - this.#start) / heapUnitBytes);
      if (first >= behind) return [{ start, end }];
      for (let unit = first; unit < behind; unit++) this.#claims.giveBack(unit);
      const from = this.#start + first * heapUnitBytes;
      const to = this.#start + behind * heapUnitBytes;
      return [
        { start, end: from },
        { start: to, end },
      ].filter((rest) => rest.start < rest.end);
    });
  }
}
