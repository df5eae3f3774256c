import type { Instructions, Machine } from "../../vmm/mod.ts";

/** Counts over one run, in which a machine may have been restarted several times. */
export class RunTotals {
  #instructions: Instructions = 0;
  readonly #exits: Record<string, number> = {};

  get instructions(): Instructions {
    return this.#instructions;
  }

  /** Adds what a machine has done in its whole life; call it once for each machine. */
  add(machine: Machine): void {
    this.#instructions += machine.retired;
    for (const [category, count] of Object.entries(machine.exitCounts())) {
      this.#exits[category] = (this.#exits[category] ?? 0) + count;
    }
  }

  /** The content of `--exits`: instructions and the count of each category, zeros too. */
  toJson(): string {
    const report = { instructions: this.#instructions, exits: this.#exits };
    return `${JSON.stringify(report, undefined, 2)}\n`;
  }
}
