import type { MemoryNeed } from "../../vmm/keeper.ts";

/** What of a machine memory was promised: a VM that would need more than is left has to wait. */
export class Room {
  readonly #size: MemoryNeed;
  #taken: MemoryNeed = { frames: 0, heap: 0, codePages: 0 };

  constructor(size: MemoryNeed) {
    this.#size = size;
  }

  /** @returns false where there is not so much left */
  take(need: MemoryNeed): boolean {
    const taken = sum(this.#taken, need, 1);
    const { frames, heap, codePages } = this.#size;
    const fits = taken.frames <= frames && taken.heap <= heap && taken.codePages <= codePages;
    if (fits) this.#taken = taken;
    return fits;
  }

  giveBack(need: MemoryNeed): void {
    this.#taken = sum(this.#taken, need, -1);
  }
}

function sum(a: MemoryNeed, b: MemoryNeed, sign: 1 | -1): MemoryNeed {
  return {
    frames: a.frames + sign * b.frames,
    heap: a.heap + sign * b.heap,
    codePages: a.codePages + sign * b.codePages,
  };
}
