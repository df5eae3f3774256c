/** A step that an actor waits to take. */
interface Waiting {
  readonly actor: string;
  readonly step: string;
  readonly go: () => void;
}

/**
 * Actors that take turns as a seed says. Each step of each of them, given to `turn`, waits until it
 * is chosen; `run` chooses until all have ended or sleep. One that is put to sleep stays as it is
 * until `wake`, which for a test that never wakes it is its death.
 */
export class Interleaving {
  readonly #random: (below: number) => number;
  readonly #waiting: Waiting[] = [];
  readonly #asleep = new Set<string>();
  readonly #running = new Set<string>();
  readonly trace: string[] = [];

  constructor(seed: number) {
    this.#random = random(seed);
  }

  /** A number from 0 to below `below`, of the same seed. */
  choose(below: number): number {
    return this.#random(below);
  }

  /** What an actor awaits before each step. */
  turn(actor: string): (step: string) => Promise<void> {
    return (step) => new Promise((go) => this.#waiting.push({ actor, step, go }));
  }

  start(actor: string, act: () => Promise<void>): void {
    this.#running.add(actor);
    void act().finally(() => this.#running.delete(actor));
  }

  sleep(actor: string): void {
    this.#asleep.add(actor);
  }

  wake(): void {
    this.#asleep.clear();
  }

  get awake(): string[] {
    return [...this.#running].filter((actor) => !this.#asleep.has(actor));
  }

  /** @param before called with each step before it is taken; its actor may be put to sleep there */
  async run(before: (actor: string, step: string) => Promise<void> | void): Promise<void> {
    for (;;) {
      await this.#settle();
      const ready = this.#waiting.filter(({ actor }) => !this.#asleep.has(actor));
      if (ready.length === 0) {
        if (this.awake.length === 0) return;
        continue;
      }
      const chosen = ready[this.#random(ready.length)] as Waiting;
      await before(chosen.actor, chosen.step);
      if (this.#asleep.has(chosen.actor)) continue;
      this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
      this.trace.push(`${chosen.actor}: ${chosen.step}`);
      chosen.go();
    }
  }

  /** Waits until everybody who is awake waits for a turn, or has ended. */
  async #settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = new Set(this.#waiting.map(({ actor }) => actor));
      if (this.awake.every((actor) => waiting.has(actor))) return;
    }
  }
}

/** Numbers of a seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) % below;
  };
}
