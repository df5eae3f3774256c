import { describe, expect, test } from "vitest";
import type { Submission } from "../../../shared/schema/submission.ts";
import type { WorkerStatus } from "../../../shared/schema/worker-status.ts";
import { UsageFailure } from "../usage-failure.ts";
import { findDebuggee } from "./find-debuggee.ts";

const run = "s-aaaaaaaaaaaaaaaa";

function api(submission: Partial<Submission> | undefined, workers: Partial<WorkerStatus>[] = []) {
  return {
    submission: async () => {
      if (submission) return submission as Submission;
      throw new UsageFailure("api-refused", "unknown submission", "");
    },
    workers: async () => workers as WorkerStatus[],
  };
}

const worker = (debugs: boolean | undefined) => ({
  name: "w",
  ...(debugs !== undefined && { debugs }),
  runs: [{ run, epoch: 1, instructions: 5 }],
});

describe("a run that somebody wants to debug", () => {
  test("is there, or waits for a worker", async () => {
    expect(await findDebuggee(api({ state: "running" }, [worker(true)]), run)).toBe(false);
    expect(await findDebuggee(api({ state: "queued" }), run)).toBe(true);
  });

  test.each([
    [{ state: "graded", finishedAt: "now" }, [], "has ended: graded", "under way"],
    [{ state: "running" }, [worker(undefined)], "w lets nobody debug its runs", "trapline migrate"],
    [
      undefined,
      [worker(true)],
      "there is no run s-aaaaaaaaaaaaaaab",
      `nearest that is under way is ${run}`,
    ],
    [undefined, [], "there is no run", "trapline submit"],
  ] as const)(
    "cannot be debugged, and the sentence says why (%#)",
    async (submission, workers, words, hint) => {
      const asked = submission === undefined ? "s-aaaaaaaaaaaaaaab" : run;
      const failure = await findDebuggee(api(submission, [...workers]), asked).catch(
        (error) => error,
      );
      expect(failure).toBeInstanceOf(UsageFailure);
      expect(failure.message).toContain(words);
      expect(failure.hint).toContain(hint);
    },
  );
});
