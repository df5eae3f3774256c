import type { RunEvent } from "../../shared/protocol/run-event.ts";
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

/** The outcomes of `work` where nothing happens to its worker, and no checkpoint is made. */
export async function undisturbedOutcomes(guests: readonly Uint8Array[]): Promise<RunOutcome[]> {
  const service = await startTestService(["node"], { TRAPLINE_CHECKPOINT: "0" });
  try {
    const outcomes: RunOutcome[] = [];
    for (const guest of guests) {
      const id = await service.submit("work", guest);
      const events = service.events(id);
      outcomes.push(runOutcome(await service.ended(id), await events));
    }
    return outcomes;
  } finally {
    await service.stop();
  }
}

/** The outcome of one guest. */
export async function undisturbedOutcome(guest: Uint8Array): Promise<RunOutcome> {
  const [outcome] = await undisturbedOutcomes([guest]);
  if (outcome === undefined) throw new Error("nothing was run");
  return outcome;
}
