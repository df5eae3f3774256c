import {
  addExitTimes,
  type ExitPartCounts,
  type ExitTimes,
  type Instructions,
  type Machine,
  noExitTimes,
} from "../../vmm/mod.ts";

interface Totals {
  readonly instructions: Instructions;
  /** Every category, zeros too. */
  readonly counts: Readonly<Record<string, number>>;
  /** What they were about. */
  readonly parts: ExitPartCounts;
  readonly times: ExitTimes;
}

/** What a run has done, in which a machine may have been restarted several times. */
export class RunTotals {
  #instructions: Instructions = 0;
  #counts: Readonly<Record<string, number>> = {};
  #parts: ExitPartCounts = {};
  #times = noExitTimes;

  get instructions(): Instructions {
    return this.#instructions;
  }

  /** Adds what a machine has done in its whole life; call it once for each machine. */
  add(machine: Machine): void {
    const { instructions, counts, parts } = this.with(machine);
    this.#instructions = instructions;
    this.#counts = counts;
    this.#parts = parts;
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
      parts: sumOf(this.#parts, machine.exitParts()),
      times: this.#times,
    };
  }

  /** Of all machines that were added. */
  get all(): Totals {
    return {
      instructions: this.#instructions,
      counts: this.#counts,
      parts: this.#parts,
      times: this.#times,
    };
  }
}

function sumOf(first: ExitPartCounts, second: ExitPartCounts): ExitPartCounts {
  const sums: Record<string, Record<string, number>> = {};
  for (const parts of [first, second]) {
    for (const [category, names] of Object.entries(parts)) {
      const sum = sums[category] ?? {};
      sums[category] = sum;
      for (const [name, count] of Object.entries(names)) sum[name] = (sum[name] ?? 0) + count;
    }
  }
  return sums;
}
