import type { ConsoleScript } from "../../vmm/mod.ts";
import type { Ending } from "./ending.ts";
import { endingClause } from "./ending-clause.ts";
import { tell } from "./tell.ts";

/** The exit status of a script of which a step has not passed. */
const failed = 123;

/**
 * Tells the script how the run ended, prints a line for each step, and gives the exit status: 0 when
 * all steps have passed.
 */
export function finishScript(script: ConsoleScript, ending: Ending): number {
  if (ending.kind === "power-off") {
    script.powerOff(ending.code);
  } else {
    script.end(endingClause(ending) ?? "the run ended");
  }
  for (const [index, { state, atInstruction, sentence }] of script.reports.entries()) {
    const place = atInstruction === undefined ? "" : ` at instruction ${atInstruction}`;
    tell(`step ${index + 1} ${state}${place}: ${sentence}`);
  }
  return script.reports.every(({ state }) => state === "passed") ? 0 : failed;
}
