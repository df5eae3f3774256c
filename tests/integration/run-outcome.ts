import type { RunEvent } from "../../shared/protocol/run-event.ts";
import type { RunExits } from "../../shared/schema/run-exits.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { guestExits } from "../../workers/vmm/mod.ts";

/** What is the same in each run of a submission, however often its worker has died. */
export function runOutcome(
  { state, result }: Pick<Submission, "state" | "result">,
  events: readonly RunEvent[],
) {
  const { score, end, steps, instructions, stateHash, consoleBytes, consoleTail } = result ?? {};
  return {
    ...{ state, score, end, steps, instructions, stateHash, consoleBytes, consoleTail },
    exits: guestExits(result?.exits ?? {}),
    console: events.map((event) => (event.type === "console" ? event.data.text : "")).join(""),
    told: events.flatMap((event) => (event.type === "step" ? [event.data.name] : [])),
    ends: events.filter(({ type }) => type === "end").length,
  };
}

export type RunOutcome = ReturnType<typeof runOutcome>;

/** What the guest's exits were in each step: the same in each run, too. */
export function stepCounts({ steps }: Pick<RunExits, "steps">) {
  return steps.map(({ name, kind, atInstruction, report }) => ({
    ...{ name, kind, atInstruction, instructions: report.instructions },
    exits: guestExits(Object.fromEntries(report.rows.map((row) => [row.category, row.count]))),
    parts: report.rows.flatMap(({ category, parts }) => {
      return parts ? [[category, parts.map((part) => [part.name, part.count])]] : [];
    }),
  }));
}
