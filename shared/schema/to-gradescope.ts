import type { Gradescope } from "./gradescope.ts";
import type { Result } from "./result.ts";

/** The result in the form that Gradescope reads. Steps without points only lead to the others. */
export function toGradescope(result: Result): Gradescope {
  const graded = result.steps.filter((step) => step.points > 0);
  const firstFailed = graded.find((step) => step.state !== "passed");
  return {
    score: result.score,
    execution_time: Math.round(result.elapsed) / 1000,
    output: result.summary,
    output_format: "text",
    visibility: "visible",
    // The console may show what a hidden step looks for.
    stdout_visibility: graded.some((step) => step.visibility !== "visible") ? "hidden" : "visible",
    tests: graded.map((step, index) => ({
      name: step.name,
      number: String(index + 1),
      score: step.earned,
      max_score: step.points,
      status: step.state === "passed" ? "passed" : "failed",
      output: step === firstFailed ? `${step.sentence}${lastLines(result)}` : step.sentence,
      visibility: step.visibility,
    })),
    extra_data: {
      instructions: result.instructions,
      exits: result.exits,
      state_hash: result.stateHash ?? null,
      end: result.end,
      console_bytes: result.consoleBytes,
      worker: result.worker,
      runtime: result.runtime,
      run: result.epoch,
    },
  };
}

/** What the guest said last, for whoever has to find out why it stopped there. */
function lastLines({ consoleTail }: Result): string {
  const lines = consoleTail.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? "" : `\n\nLast console lines:\n${lines.slice(-12).join("\n")}`;
}
