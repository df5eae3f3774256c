import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readModules } from "./read-modules.ts";

/**
 * Who may ask for the time of day, and why it does no harm when that jumps by a day. Durations are
 * measured with `performance.now`, leases and tokens run out by Redis' clock.
 */
const readers: Readonly<Record<string, string>> = {
  "services/api/submissions/accept-submission.ts": "shown; and 90 days for a submission's files",
  "services/api/submissions/redis-submission-store.ts": "shown",
  "services/api/submissions/submission-queue.ts": "the queue's age, for a scaler",
  "services/cli/commands/store.ts": "whether a root of 90 days has run out",
  "shared/blob/checkpoints/checkpoint-store.ts": "how long a removed root is remembered: 30 days",
  "shared/blob/collector/collector.ts": "ages of a day, a lease that safety does not rest on",
  "shared/telemetry/otel/span-clock.ts": "shown",
  "workers/runtime/debug/serve-monitor.ts": "shown",
  "workers/runtime/local/snapshots/local-snapshots.ts": "shown",
  "workers/runtime/main.ts": "shown",
  "workers/runtime/moves/live-move.ts": "shown",
  "workers/runtime/run-journal.ts": "shown",
  "workers/runtime/run-under-way.ts": "shown: the time that a run waits for its thread",
  "workers/runtime/thread/serve-thread.ts":
    "shown: when exits were, and the time between two workers",
};

test("the time of day is asked for by those who are listed with a reason, and by nobody else", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const asking = readModules(root)
    .map(({ path }) => path)
    .filter((path) => /\bDate\.now\b|\bnew Date\(\)/.test(readFileSync(join(root, path), "utf8")));
  expect(asking).toEqual(Object.keys(readers));
});
