import type { RunEvent } from "../../shared/protocol/run-event.ts";
import type { RunExits } from "../../shared/schema/run-exits.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { guestExits } from "../../workers/vmm/mod.ts";
import { startTestService } from "./test-service.ts";

/** What is the same in each run of a submission, however often its worker has died. */
export function runOutcome({ state, result }: Submission, events: readonly RunEvent[]) {
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
export function stepCounts({ steps }: RunExits) {
  return steps.map(({ name, kind, atInstruction, report }) => ({
    ...{ name, kind, atInstruction, instructions: report.instructions },
    exits: guestExits(Object.fromEntries(report.rows.map((row) => [row.category, row.count]))),
    parts: report.rows.flatMap(({ category, parts }) => {
      return parts ? [[category, parts.map((part) => [part.name, part.count])]] : [];
    }),
  }));
}

/** The outcomes of `work` where nothing happens to its worker, and no checkpoint is made. */
export async function undisturbedOutcomes(guests: readonly Uint8Array[]): Promise<RunOutcome[]> {
  return (await undisturbedRuns(guests)).map(({ outcome }) => outcome);
}

/** Also what was counted in their steps, and where their guests were. */
export async function undisturbedRuns(guests: readonly Uint8Array[]): Promise<UndisturbedRun[]> {
  const service = await startTestService(["node"], { TRAPLINE_CHECKPOINT: "0" });
  try {
    const runs: UndisturbedRun[] = [];
    for (const guest of guests) {
      const id = await service.submit("work", guest);
      const events = service.events(id);
      const outcome = runOutcome(await service.ended(id), await events);
      const exits = await service.api.exits(id);
      const counts = exits ? stepCounts(exits) : [];
      runs.push({ outcome, counts, profile: await service.api.profile(id) });
    }
    return runs;
  } finally {
    await service.stop();
  }
}

/** The outcome of one guest. */
export async function undisturbedOutcome(guest: Uint8Array): Promise<RunOutcome> {
  return (await undisturbedRun(guest)).outcome;
}

export interface UndisturbedRun {
  readonly outcome: RunOutcome;
  readonly counts: ReturnType<typeof stepCounts>;
  /** Where its guest was, as folded stacks. */
  readonly profile: string;
}

/** Also what was counted in its steps. */
export async function undisturbedRun(guest: Uint8Array): Promise<UndisturbedRun> {
  const [run] = await undisturbedRuns([guest]);
  if (run === undefined) throw new Error("nothing was run");
  return run;
}
