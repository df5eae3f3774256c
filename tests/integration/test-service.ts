import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { ApiClient } from "../../services/cli/client/api-client.ts";
import { followSubmission } from "../../services/cli/client/follow-submission.ts";
import { type ServiceOptions, startService } from "../../services/cli/commands/serve-service.ts";
import type { WorkerRuntime } from "../../services/cli/commands/serve-worker.ts";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { runKeys } from "../../shared/protocol/run-keys.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { testAssignments } from "./test-assignments.ts";

/** What is not as always. */
interface Surroundings
  extends Partial<Pick<ServiceOptions, "launch" | "store" | "redisUrl" | "metrics">> {
  /** For all its files; removed at the end. */
  readonly folder?: string;
}

/**
 * The service with quick leases, and what a test wants to do with it.
 *
 * @param runtime of its two workers, or of each worker
 */
export async function startTestService(
  runtime: WorkerRuntime | readonly WorkerRuntime[],
  variables: Readonly<Record<string, string>> = {},
  { folder: given, ...surroundings }: Surroundings = {},
) {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "trapline-test-")));
  for (const [name, text] of Object.entries(testAssignments)) {
    await mkdir(join(folder, "assignments", name), { recursive: true });
    await writeFile(join(folder, "assignments", name, "assignment.yaml"), text);
  }
  const news: string[] = [];
  const service = await startService({
    runtime,
    workers: typeof runtime === "string" ? 2 : runtime.length,
    port: 0,
    data: join(folder, "data"),
    ...surroundings,
    assignments: join(folder, "assignments"),
    variables: {
      TRAPLINE_LOCK: "2000",
      TRAPLINE_STALLED: "1000",
      TRAPLINE_GRACE: "200",
      TRAPLINE_MAX_UPLOAD: "1M",
      ...variables,
    },
    onNews: (line) => news.push(line),
    // Tests strike again and again.
    calm: 0,
  });
  const api = new ApiClient(service.apiUrl);

  const submit = async (assignment: string, kernel: Uint8Array): Promise<string> => {
    const form = new FormData();
    form.append("assignment", assignment);
    form.append("kernel", new Blob([Uint8Array.from(kernel)]), "kernel");
    return (await api.submit(form)).id;
  };
  const until = async (
    id: string,
    isReached: (submission: Submission) => boolean,
  ): Promise<Submission> => {
    for (;;) {
      const submission = await api.submission(id);
      if (isReached(submission)) {
        return submission;
      }
      if (submission.finishedAt !== undefined) {
        throw new Error(`it ended before: ${JSON.stringify(submission)}\n${news.join("\n")}`);
      }
      await sleep(50);
    }
  };

  return {
    api,
    service,
    /** What the processes have said, for when a test fails. */
    news,
    blobs: surroundings.store ?? join(folder, "data", "blobs"),
    submit,
    until,
    /** What Redis knows of a submission. */
    record: async (id: string): Promise<Readonly<Record<string, string>>> => {
      const redis = new Redis(service.redisUrl);
      try {
        return await redis.hgetall(runKeys(id).record);
      } finally {
        redis.disconnect();
      }
    },
    ended: (id: string) => until(id, ({ state }) => state !== "queued" && state !== "running"),
    events: async (id: string): Promise<RunEvent[]> => {
      const events: RunEvent[] = [];
      for await (const event of followSubmission(api, id)) {
        if (event.type !== "queue") {
          events.push(event);
        }
      }
      return events;
    },
    stop: async () => {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type TestService = Awaited<ReturnType<typeof startTestService>>;
