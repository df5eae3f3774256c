import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline migrate RUN [--to WORKER] [--api URL]";
const patience = 60_000;
const interval = 250;

/** `trapline migrate RUN --to WORKER`. */
export const command: Command = {
  help: `usage: ${usage}

Moves a run to another worker, and waits until it is there. Its grade, its console and the instructions
that it takes are as if it had stayed. Exit status 1 when it does not come there.

  --to WORKER  the worker (default: the one that has the most room)
  --api URL    the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      { to: { type: "string" }, api: { type: "string" } },
      usage,
    );
    const [run] = positionals;
    if (run === undefined || positionals.length > 1) {
      throw new UsageFailure("migrate-run", "one run's id is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const [move] = await api.migrate(run, values.to);
    for (let waited = 0; waited < patience; waited += interval) {
      const workers = await api.workers();
      const there = workers.find(({ name }) => name === move?.to);
      const status = there?.runs.find((one) => one.run === run);
      if (status !== undefined) {
        terminal.out(`${run} is on ${there?.name} (epoch ${status.epoch})\n`);
        return 0;
      }
      const { state } = await api.submission(run);
      if (state !== "running" && state !== "queued") {
        terminal.err(`${run} has ended before: ${state}\n`);
        return 1;
      }
      await sleep(interval);
    }
    terminal.err(`${run} did not come to ${move?.to}; \`trapline runs\` says where it is\n`);
    return 1;
  },
};
