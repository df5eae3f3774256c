import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { MoveWay } from "../../../shared/schema/move-report.ts";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { describeMove } from "../client/describe-move.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage =
  "trapline migrate RUN [--to WORKER] [--post-copy | --hybrid | --checkpoint] [--api URL]";
const patience = 120_000;
const interval = 100;
const options = {
  to: { type: "string" },
  "post-copy": { type: "boolean" },
  hybrid: { type: "boolean" },
  checkpoint: { type: "boolean" },
  api: { type: "string" },
} as const;

/** `trapline migrate RUN --to WORKER`. */
export const command: Command = {
  help: `usage: ${usage}

Moves a run to another worker while its guest runs, waits until it is there, and says how it went. Its
grade, its console and the instructions that it takes are as if it had stayed. Where the workers have no
connection to each other the run moves by a checkpoint; the guest stands still for that. Exit status 1
when it does not come there.

  --to WORKER   the worker (default: the one that has the most room)
  --post-copy   the guest goes first, its memory follows: it stands still only shortly, however much it
                writes; when the other worker dies meanwhile, the run goes on from its last checkpoint
  --hybrid      its memory goes once, then the guest, then what it has written meanwhile
  --checkpoint  by a checkpoint
  --api URL     the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(words, options, usage);
    const [run] = positionals;
    if (run === undefined || positionals.length > 1) {
      throw new UsageFailure("migrate-run", "one run's id is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const [move] = await api.migrate(run, values.to, wayOf(values));
    for (let waited = 0; waited < patience; waited += interval) {
      const report = await api.lastMove(run);
      if (report !== undefined && report.id === move?.id) {
        if (report.outcome === "stayed") {
          const why = report.why === undefined ? "" : `: ${report.why}`;
          terminal.err(`${run} stays on ${report.from}${why}\n`);
          return 1;
        }
        if (report.outcome === "ended") {
          terminal.err(`${run} came to its end on ${report.from} before it could go\n`);
          return 1;
        }
        const there = (await api.workers()).find(({ name }) => name === report.to);
        const status = there?.runs.find((one) => one.run === run);
        const hasEnded = (await api.submission(run)).finishedAt !== undefined;
        if (status !== undefined || hasEnded) {
          const epoch = status === undefined ? "" : ` (epoch ${status.epoch})`;
          terminal.out(`${run} is on ${report.to}${epoch}: ${describeMove(report)}\n`);
          return 0;
        }
      }
      const { state } = await api.submission(run);
      if (state !== "running" && state !== "queued" && report?.id !== move?.id) {
        terminal.err(`${run} has ended before: ${state}\n`);
        return 1;
      }
      await sleep(interval);
    }
    terminal.err(`${run} did not come to ${move?.to}; \`trapline runs\` says where it is\n`);
    return 1;
  },
};

/** @throws UsageFailure for two ways at once */
function wayOf(values: {
  readonly "post-copy"?: boolean;
  readonly hybrid?: boolean;
  readonly checkpoint?: boolean;
}): MoveWay {
  const asked = [
    ...(values["post-copy"] ? (["postcopy"] as const) : []),
    ...(values.hybrid ? (["hybrid"] as const) : []),
    ...(values.checkpoint ? (["checkpoint"] as const) : []),
  ];
  if (asked.length > 1) {
    throw new UsageFailure("migrate-way", "a run moves in one way", `usage: ${usage}`);
  }
  return asked[0] ?? "precopy";
}
