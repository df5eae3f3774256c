/** Numbers below a limit, each given to one owner at a time; the ones given back are used first. */
export class NumberPool {
  readonly #free: number[] = [];
  readonly #end: number;
  #next: number;

  constructor(end: number, first = 0) {
    this.#next = first;
    this.#end = end;
  }

  /** How many are left. */
  get left(): number {
    return this.#free.length + this.#end - this.#next;
  }

  take(): number {
    const number = this.#free.pop() ?? this.#next++;
    if (number >= this.#end) throw new RangeError("the numbers are used up");
    return number;
  }

  give(number: number): void {
    this.#free.push(number);
  }
}
