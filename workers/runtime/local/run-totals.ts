import {
  addExitTimes,
  type ExitTimes,
  type Instructions,
  type Machine,
  noExitTimes,
} from "../../vmm/mod.ts";

interface Totals {
  readonly instructions: Instructions;
  /** Every category, zeros too. */
  readonly counts: Readonly<Record<string, number>>;
  readonly times: ExitTimes;
}

/** What a run has done, in which a machine may have been restarted several times. */
export class RunTotals {
  #instructions: Instructions = 0;
  #counts: Readonly<Record<string, number>> = {};
  #times = noExitTimes;

  get instructions(): Instructions {
    return this.#instructions;
  }

  /** Adds what a machine has done in its whole life; call it once for each machine. */
  add(machine: Machine): void {
    ({ instructions: this.#instructions, counts: this.#counts } = this.with(machine));
  }

  /** With a machine that is not over yet. */
  with(machine: Machine): Totals {
    this.#times = addExitTimes(this.#times, machine.takeExitTimes());
    const counts = Object.entries(machine.exitCounts()).map(([category, count]) => [
      category,
      (this.#counts[category] ?? 0) + count,
    ]);
    return {
      instructions: this.#instructions + machine.retired,
      counts: Object.fromEntries(counts),
      times: this.#times,
    };
  }

  /** Of all machines that were added. */
  get all(): Totals {
    return { instructions: this.#instructions, counts: this.#counts, times: this.#times };
  }
}
