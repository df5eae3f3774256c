import type { Milliseconds } from "../../vmm/mod.ts";

/** A round of a move. */
interface Pass {
  readonly pages: number;
  readonly duration: Milliseconds;
}

const pageBytes = 4096;
/** What a connection between two workers on one machine has carried in benchmarks, pages and all. */
const usualBytesPerSecond = 400e6;
/** Four megabytes: in less a connection is only warming up. */
const fewPages = 1024;

/**
 * How many pages a second the moves away from this worker carry: by what its moves have shown, of which
 * each counts twice as much as the one before. Compression and pages of zeros are in it.
 */
export class MoveRate {
  #pages = 0;
  #duration: Milliseconds = 0;

  get pagesPerSecond(): number {
    if (this.#duration === 0) return usualBytesPerSecond / pageBytes;
    return (this.#pages / this.#duration) * 1000;
  }

  /** A move is over. */
  learn(passes: readonly Pass[]): void {
    const pages = passes.reduce((sum, pass) => sum + pass.pages, 0);
    const duration = passes.reduce((sum, pass) => sum + pass.duration, 0);
    if (pages < fewPages || duration <= 0) return;
    this.#pages = this.#pages / 2 + pages;
    this.#duration = this.#duration / 2 + duration;
  }
}
