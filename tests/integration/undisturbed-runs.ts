/**
 * Runs of `work` to which nothing happens: without a service, in this process, and so beside all that a
 * service may have done wrong. What was disturbed is compared with them.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { parseAssignment } from "../../shared/schema/parse-assignment.ts";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { gradeRun, gradeStep, stepKind } from "../../workers/runtime/grade-run.ts";
import { prepareRun } from "../../workers/runtime/prepare-run.ts";
import { GuestDriver } from "../../workers/runtime/thread/guest-driver.ts";
import { TemplateShelf } from "../../workers/runtime/thread/template-shelf.ts";
import type { RunMessage } from "../../workers/runtime/thread/thread-protocol.ts";
import { smallMonitor } from "../support/run-guest.ts";
import { type RunOutcome, runOutcome, stepCounts } from "./run-outcome.ts";
import { testAssignments } from "./test-assignments.ts";

export interface UndisturbedRun {
  readonly outcome: RunOutcome;
  /** What was counted in its steps. */
  readonly counts: ReturnType<typeof stepCounts>;
  /** Where its guest was, as folded stacks. */
  readonly profile: string;
}

const assignment = parseAssignment(testAssignments.work, "work/assignment.yaml");
const [assignmentHash, kernelHash] = ["a".repeat(64), "b".repeat(64)];
/** Room for all that a guest of the assignment may take. */
const memoryBytes = 256 * 2 ** 20;
const circumstances = { epoch: 1, worker: "nobody", runtime: "none", elapsed: 0 };

export async function undisturbedRun(guest: Uint8Array): Promise<UndisturbedRun> {
  const messages = await drive(guest);
  const last = <Type extends RunMessage["type"]>(type: Type) =>
    messages.findLast(
      (message): message is Extract<RunMessage, { type: Type }> => message.type === type,
    );
  const report = last("end")?.report;
  if (!report) throw new Error(`a run ended with ${JSON.stringify(messages.at(-1))}`);
  const events = messages.flatMap((message): RunEvent[] => {
    if (message.type === "console") {
      return [{ type: "console", data: { text: Buffer.from(message.bytes).toString() } }];
    }
    const step = message.type === "step" && assignment.steps[message.index];
    if (!step) return [];
    return [{ type: "step", data: gradeStep(step, message.index, message.report) }];
  });
  const result = gradeRun(assignment, report, circumstances);
  const { summary } = result;
  const ended: RunEvent = { type: "end", data: { state: "graded", summary } };
  const steps = (last("exits")?.account.steps ?? []).map((account, index) => {
    const step = assignment.steps[index];
    if (!step) throw new Error(`there is no step ${index}`);
    return { name: step.name ?? "", kind: stepKind(step), ...account };
  });
  return {
    outcome: runOutcome({ state: "graded", result }, [...events, ended]),
    counts: stepCounts({ steps }),
    profile: last("profile")?.folded ?? "",
  };
}

/** Of each guest. */
export async function undisturbedOutcomes(guests: readonly Uint8Array[]): Promise<RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  for (const guest of guests) outcomes.push((await undisturbedRun(guest)).outcome);
  return outcomes;
}

async function drive(guest: Uint8Array): Promise<RunMessage[]> {
  const blobs = new Map([
    [assignmentHash, new TextEncoder().encode(JSON.stringify(assignment))],
    // A machine that has its image frees it.
    [kernelHash, Uint8Array.from(guest)],
  ]);
  const read = async (hash: string) => blobs.get(hash) ?? new Uint8Array();
  const images = { kernel: kernelHash, disks: {} };
  const job = { submission: "s-undisturbedrunaa", assignment: assignmentHash, images };
  const { start } = await prepareRun(job, { read }, true);
  const messages: RunMessage[] = [];
  const forget = () => undefined;
  const driver = new GuestDriver(
    { ...start, control: new SharedArrayBuffer(4) },
    {
      ...{ run: 1, shelf: new TemplateShelf(forget, forget), monitor: smallMonitor(memoryBytes) },
      openDisk: (bytes) => new MemoryBlock(bytes),
      post: (message) => messages.push(message),
      wake: () => undefined,
      now: () => performance.now(),
      clock: { now: () => performance.now() * 1e6, date: () => Date.now() },
    },
  );
  while (driver.advance(50) === "more") await nextTurn();
  return messages;
}
