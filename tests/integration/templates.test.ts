import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { ApiClient } from "../../services/cli/client/api-client.ts";
import { followSubmission } from "../../services/cli/client/follow-submission.ts";
import { type RunningService, startService } from "../../services/cli/commands/serve-service.ts";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { runOutcome, stepCounts } from "./run-outcome.ts";

const shipped = fileURLToPath(new URL("../../assignments/count-words", import.meta.url));
const good = "tr -s ' ' '\\n' | grep . | sort | uniq -c | sort -rn\n";
const wrong = "tr -s ' ' '\\n' | sort | uniq -c | sort -n\n";

let folder: string;
let service: RunningService;
let api: ApiClient;
const news: string[] = [];

beforeAll(async () => {
  ensureLinuxImage();
  folder = await mkdtemp(join(tmpdir(), "trapline-templates-"));
  const assignments = join(folder, "assignments");
  await cp(shipped, join(assignments, "count-words"), { recursive: true });
  // The same without a template: each run is booted.
  const yaml = await readFile(join(shipped, "assignment.yaml"), "utf8");
  await mkdir(join(assignments, "booted"));
  const booted = yaml.replace("name: count-words", "name: booted").replace(/^template:.*\n/m, "");
  await writeFile(join(assignments, "booted", "assignment.yaml"), booted);
  service = await startService({
    ...{ runtime: ["node", "deno"], workers: 2, port: 0, assignments },
    data: join(folder, "data"),
    variables: { TRAPLINE_CHECKPOINT: "50000000" },
    onNews: (line) => news.push(line),
  });
  api = new ApiClient(service.apiUrl);
});

afterAll(async () => {
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function grade(assignment: string, script: string) {
  const form = new FormData();
  form.append("assignment", assignment);
  form.append("script", new Blob([script]), "script");
  const { id } = await api.submit(form);
  const events: RunEvent[] = [];
  for await (const event of followSubmission(api, id)) {
    if (event.type !== "queue") events.push(event);
  }
  return { submission: await api.submission(id), events, exits: await api.exits(id) };
}

type Graded = Awaited<ReturnType<typeof grade>>;

/** What is the same for a run that was booted and for a copy. */
function outcome({ submission, events, exits }: Graded) {
  return { ...runOutcome(submission, events), counts: exits && stepCounts(exits) };
}

test("a script under Linux is graded the same behind a template, on Node and on Deno, as after a boot", async () => {
  const [first, booted] = await Promise.all([grade("count-words", good), grade("booted", good)]);
  expect(booted.submission.result).toMatchObject({ score: 6, maxScore: 6 });
  expect(outcome(first)).toEqual(outcome(booted));
  await expect.poll(() => news.join("\n"), { timeout: 60_000 }).toContain("is stored");

  const copies = await Promise.all([1, 2, 3, 4].map(() => grade("count-words", good)));
  for (const copy of copies) {
    expect(outcome(copy)).toEqual(outcome(booted));
    const begins = copy.events.find(({ type }) => type === "template");
    expect(begins?.data).toEqual({ instructions: copy.submission.result?.fromTemplate });
    expect(copy.submission.result?.fromTemplate).toBeGreaterThan(3e8);
  }
  const runtimes = copies.map(({ submission }) => submission.result?.runtime.split(" ")[0]);
  expect(new Set(runtimes)).toEqual(new Set(["node", "deno"]));

  const poor = await grade("count-words", wrong);
  expect(poor.submission.result).toMatchObject({ score: 0, fromTemplate: expect.any(Number) });
}, 180_000);
