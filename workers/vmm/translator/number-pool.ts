import type { NumberRange } from "../memory/machine-memory.ts";

/** The numbers of a range, each given to one owner at a time; the ones given back are used first. */
export class NumberPool {
  readonly #free: number[] = [];
  readonly #range: NumberRange;
  #next: number;

  constructor(range: NumberRange) {
    this.#next = range.first;
    this.#range = range;
  }

  /** How many are left. */
  get left(): number {
    return this.#free.length + this.#range.end - this.#next;
  }

  /** How many are somebody's. */
  get used(): number {
    return this.#next - this.#range.first - this.#free.length;
  }

  take(): number {
    if (this.left === 0) throw new RangeError("the numbers are used up");
    return this.#free.pop() ?? this.#next++;
  }

  give(number: number): void {
    this.#free.push(number);
  }
}
