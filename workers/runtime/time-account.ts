/**
 * What a run's time is spent on: at each instant exactly one thing, so the parts add up to what has
 * passed since the account was opened.
 *
 *     const account = new TimeAccount(now);
 *     account.spendOn("idle");       // from now on, until the next call
 */
import type { Nanoseconds } from "../vmm/mod.ts";

export type Spending = "running" | "idle" | "waiting" | "paused" | "driver";

export class TimeAccount {
  readonly #now: () => Nanoseconds;
  readonly #spent: Record<Spending, Nanoseconds> = {
    ...{ running: 0, idle: 0, waiting: 0, paused: 0 },
    driver: 0,
  };
  #on: Spending = "driver";
  #since: Nanoseconds;

  /** @param now monotonic */
  constructor(now: () => Nanoseconds) {
    this.#now = now;
    this.#since = now();
  }

  /** @returns what it was spent on so far */
  spendOn(what: Spending): Spending {
    const before = this.#on;
    const now = this.#now();
    this.#spent[before] += now - this.#since;
    this.#since = now;
    this.#on = what;
    return before;
  }

  spent(): Readonly<Record<Spending, Nanoseconds>> {
    this.spendOn(this.#on);
    return { ...this.#spent };
  }
}
