import type { Milliseconds } from "../../vmm/mod.ts";

/** What a move has shown. */
interface SeenMove {
  readonly passes?:
    | readonly { readonly pages: number; readonly duration: Milliseconds }[]
    | undefined;
  /** How long the guest stood still, and for how many pages. */
  readonly downtime?: Milliseconds | undefined;
  readonly stoppedPages?: number;
}

const pageBytes = 4096;
/** What a connection between two workers on one machine has carried in benchmarks, pages and all. */
const usualBytesPerSecond = 400e6;
/** What stopping and going on take whatever is sent: a machine is made, some words go back and forth. */
const usualLeast: Milliseconds = 10;
/** Four megabytes: in less a connection is only warming up. */
const fewPages = 1024;

/**
 * How fast moves away from this worker are, by what its moves have shown, of which each counts twice as much
 * as the one before. Compression and pages of zeros are in it.
 */
export class MoveRate {
  #pages = 0;
  #duration: Milliseconds = 0;
  #least: Milliseconds | undefined;

  get pagesPerSecond(): number {
    if (this.#duration === 0) return usualBytesPerSecond / pageBytes;
    return (this.#pages / this.#duration) * 1000;
  }

  /** How long a guest stands still for which nothing is left to send. */
  get least(): Milliseconds {
    return this.#least ?? usualLeast;
  }

  /** A move by pre-copy is over. */
  learn({ passes = [], downtime, stoppedPages = 0 }: SeenMove): void {
    const pages = passes.reduce((sum, pass) => sum + pass.pages, 0);
    const duration = passes.reduce((sum, pass) => sum + pass.duration, 0);
    if (pages >= fewPages && duration > 0) {
      this.#pages = this.#pages / 2 + pages;
      this.#duration = this.#duration / 2 + duration;
    }
    if (downtime === undefined) return;
    const seen = Math.max(0, downtime - (stoppedPages / this.pagesPerSecond) * 1000);
    this.#least = this.#least === undefined ? seen : (this.#least + 2 * seen) / 3;
  }
}
