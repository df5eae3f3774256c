/**
 * `npm run demo`: the whole path on this machine, with nothing left running afterwards. Three
 * submissions go through API, queue, workers and monitor: a small kernel, Debian Linux, and a
 * kernel with a fault. Ends with status 0 only if each got the grade that it deserves.
 */
import { openAsBlob } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ensureLinuxImage } from "../deploy/images/linux/ensure-linux-image.ts";
import { ApiClient } from "../services/cli/client/api-client.ts";
import { resultText } from "../services/cli/client/result-text.ts";
import { showSubmission } from "../services/cli/client/show-submission.ts";
import { startService } from "../services/cli/commands/serve-service.ts";
import type { Submission } from "../shared/schema/submission.ts";
import { DemoTranscript } from "./demo-transcript.ts";

interface Act {
  readonly title: string;
  readonly assignment: string;
  readonly kernel: string;
  /** What the grade must be, in words, and whether it is. */
  readonly expected: string;
  readonly isExpected: (submission: Submission) => boolean;
}

const began = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const say = (line: string) => process.stdout.write(`${line}\n`);
const guest = (name: string) =>
  fileURLToPath(new URL(`../tests/guests/bin/${name}.elf`, import.meta.url));

const linux = ensureLinuxImage({ say });
const acts: readonly Act[] = [
  {
    title: "A kernel of our own that does what the assignment asks",
    assignment: "hello-kernel",
    kernel: guest("hello"),
    expected: "full points",
    isExpected: ({ result }) => result !== undefined && result.score === result.maxScore,
  },
  {
    title: "Debian's Linux kernel, unmodified, from reset to power-off",
    assignment: "linux-boot",
    kernel: linux.kernel,
    expected: "full points",
    isExpected: ({ result }) => result !== undefined && result.score === result.maxScore,
  },
  {
    title: "The first kernel again, with a fault in it",
    assignment: "hello-kernel",
    kernel: guest("hello-broken"),
    expected: "some of the points, and a sentence about the step that failed",
    isExpected: ({ result }) =>
      result !== undefined &&
      result.score > 0 &&
      result.score < result.maxScore &&
      result.steps.some(({ state }) => state === "failed"),
  },
];

const serviceBegan = performance.now();
const service = await startService({
  runtime: "deno",
  workers: 2,
  port: 0,
  redisUrl: process.env.REDIS_URL,
  // That a worker has graded something is seen better below.
  onNews: (line) => line.endsWith(" graded") || say(`  ${line}`),
});
say(`Redis, API and two workers under Deno are up (${seconds(serviceBegan)}): ${service.apiUrl}`);

let unexpected = 0;
try {
  const api = new ApiClient(service.apiUrl);
  for (const [index, act] of acts.entries()) {
    say(`\n━━ ${index + 1} of ${acts.length}: ${act.title}`);
    const actBegan = performance.now();
    const form = new FormData();
    form.append("assignment", act.assignment);
    form.append("kernel", await openAsBlob(act.kernel), "kernel");
    const { id } = await api.submit(form);
    say(`  $ trapline submit ${act.assignment} ${act.kernel.replace(/^.*\//, "")} --follow`);
    const transcript = new DemoTranscript(say);
    const ended = await showSubmission(api, id, transcript);
    transcript.close();
    say("");
    say(
      resultText(ended)
        .replace(/^(?=.)/gm, "  ")
        .trimEnd(),
    );
    const isExpected = act.isExpected(ended);
    unexpected += isExpected ? 0 : 1;
    say(`\n  expected ${act.expected}: ${isExpected ? "yes" : "NO"} (${seconds(actBegan)})`);
  }
} finally {
  await service.stop();
}
say(
  `\n${acts.length - unexpected} of ${acts.length} submissions were graded as they should be. ` +
    `Total time: ${seconds(began)}.`,
);
process.exitCode = unexpected === 0 ? 0 : 1;
