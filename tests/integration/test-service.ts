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

const kernelArtefact = `artefacts:
  - { name: kernel, description: an image, max-bytes: 64K }
machine:
  ram: 16M
  firmware: none
  kernel: { submission: kernel }
`;

/** What can be handed in while testing. */
const assignments: Readonly<Record<string, string>> = {
  greet: `name: greet
title: Greet and stop
${kernelArtefact}limits: { instructions: 100M, output: 4K, wall-clock: 60s }
steps:
  - { name: Greets, expect: hello, within: 10M, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  endless: `name: endless
title: Never ends
${kernelArtefact}limits: { instructions: 900G, wall-clock: 10m }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 60G, points: 1 }
`,
  long: `name: long
title: Takes a few seconds
${kernelArtefact}limits: { instructions: 900G, wall-clock: 10m }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 1500M, points: 1 }
`,
  pair: `name: pair
title: Two harts work together
${kernelArtefact}  harts: 2
limits: { instructions: 100M, output: 4K, wall-clock: 60s }
steps:
  - { name: Both, expect: both, within: 10M, points: 2 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  relay: `name: relay
title: Two harts hand a token around
${kernelArtefact}  harts: 2
limits: { instructions: 10G, output: 8K, wall-clock: 10m }
steps:
  - { name: Begins, expect: abab, within: 10M, points: 1 }
  - { name: Stops, exit-code: 0, within: 5G, points: 2 }
  - { name: Writes little, assert: { exits: { mmio.read: "> 10k", mmio.write: "< 20k" }, since: Begins }, points: 1 }
`,
  work: `name: work
title: Works for a while
${kernelArtefact}limits: { instructions: 100G, output: 4K, wall-clock: 10m }
profile: { period: 999983 }
steps:
  - { name: Begins, expect: "[A-P][a-p]", within: 100M, points: 1 }
  - { name: Works, expect: "([A-P][a-p]){20}", within: 5G, points: 2 }
  - { name: Ends, expect: end, within: 50G, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  sampled: `name: sampled
title: Is looked at while it runs
${kernelArtefact}limits: { instructions: 100M, output: 4K, wall-clock: 60s }
profile: { period: 10007 }
steps:
  - { name: Stops, exit-code: 0, within: 50M, points: 1 }
`,
  roomy: `name: roomy
title: May take more memory than there is twice
${kernelArtefact.replace(/ram: \w+/, "ram: 2G")}limits: { instructions: 100G, output: 4K, wall-clock: 10m }
steps:
  - { name: Ends, expect: end, within: 50G, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  guarded: `name: guarded
title: Has one second
${kernelArtefact}limits: { instructions: 900G, wall-clock: 1s }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 60G, points: 1 }
`,
  broken: `name: broken
title: Has a fault
machine:
  ram: lots
`,
};

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
  for (const [name, text] of Object.entries(assignments)) {
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
