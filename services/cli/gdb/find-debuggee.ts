import type { ApiClient } from "../client/api-client.ts";
import { nearestName } from "../nearest-name.ts";
import { UsageFailure } from "../usage-failure.ts";

/**
 * Looks whether a run can be debugged.
 *
 * @returns whether it waits for a worker
 * @throws UsageFailure that says why it cannot
 */
export async function findDebuggee(
  api: Pick<ApiClient, "submission" | "workers">,
  run: string,
): Promise<boolean> {
  const submission = await api.submission(run).catch(async (error: unknown) => {
    const isUnknown = error instanceof UsageFailure && error.code === "api-refused";
    throw isUnknown ? unknownRun(run, await namesOf(api)) : error;
  });
  if (submission.finishedAt !== undefined) {
    throw new UsageFailure(
      "run-ended",
      `${run} has ended: ${submission.state}`,
      "a run is debugged while it is under way; hand the file in again, and debug that one",
    );
  }
  const worker = (await api.workers()).find(({ runs }) => runs.some((one) => one.run === run));
  if (worker && worker.debugs !== true) {
    throw new UsageFailure(
      "worker-without-debugger",
      `${worker.name} lets nobody debug its runs: it is older, or TRAPLINE_DEBUG is 0 there`,
      `move the run to another worker with \`trapline migrate ${run} --to WORKER\``,
    );
  }
  return worker === undefined && submission.state === "queued";
}

async function namesOf(api: Pick<ApiClient, "workers">): Promise<readonly string[]> {
  return (await api.workers()).flatMap(({ runs }) => runs.map(({ run }) => run));
}

function unknownRun(run: string, names: readonly string[]): UsageFailure {
  const hint =
    names.length === 0
      ? "no run is under way; `trapline submit` begins one"
      : `the nearest that is under way is ${nearestName(run, names)}; \`trapline runs\` lists all`;
  return new UsageFailure("unknown-run", `there is no run ${run}`, hint);
}
