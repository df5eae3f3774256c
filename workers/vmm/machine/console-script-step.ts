import type { Instructions } from "../base/units.ts";
import type { ExitPartCounts } from "./exit-parts.ts";

/** One step of a console script. `within` is guest time: one instruction is one nanosecond. */
export type ConsoleStep =
  /** Waits until the output since the last match contains `pattern` (flag `m`). */
  | { readonly kind: "expect"; readonly pattern: string; readonly within: Instructions }
  /** Types `text` on the console. */
  | { readonly kind: "send"; readonly text: string }
  /** Waits for the guest to power off with `code`; only assertions can follow. */
  | { readonly kind: "exit-code"; readonly code: number; readonly within: Instructions }
  /** Compares what the guest has done with bounds, at once. One that does not hold does not end the run. */
  | {
      readonly kind: "assert";
      readonly exits: readonly ExitAssertion[];
      /** An earlier step, by number and as it is called; without it since power-on. */
      readonly since?: { readonly step: number; readonly name: string };
    };

export interface ExitAssertion {
  /** Of the guest's own. */
  readonly category: string;
  readonly relation: "<" | "<=" | "=" | ">=" | ">";
  readonly count: number;
}

/** What a guest has done since power-on, at one instant. */
export interface StepMark {
  /** Exits by category, without the monitor's own. */
  readonly exits: Readonly<Record<string, number>>;
  /** What they were about. */
  readonly parts: ExitPartCounts;
}

/** What became of a step. */
export interface ConsoleStepReport {
  readonly state: "passed" | "failed" | "not-reached";
  /** What the step wants, for a sentence: "output matching /login:/". */
  readonly waitedFor: string;
  /** Instructions that the machine had retired when the step was decided; absent if never. */
  readonly atInstruction?: Instructions;
  /** One sentence for a person. */
  readonly sentence: string;
}
