import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline drain WORKER [--api URL]";
const patience = 120_000;
const interval = 250;

/** `trapline drain WORKER`. */
export const command: Command = {
  help: `usage: ${usage}

Has a worker take no more runs, move those that it has to others, and end; waits until it is gone.
SIGTERM does the same. \`trapline serve\` then starts a new worker of that name.

  --api URL   the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(words, { api: { type: "string" } }, usage);
    const [worker] = positionals;
    if (worker === undefined || positionals.length > 1) {
      throw new UsageFailure("drain-worker", "one worker's name is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const find = async () => (await api.workers()).find(({ name }) => name === worker);
    const before = await find();
    for (const { run, to } of await api.drain(worker)) terminal.out(`${run} goes to ${to}\n`);
    for (let waited = 0; waited < patience; waited += interval) {
      // Another one of the same name may be there already.
      if ((await find())?.startedAt !== before?.startedAt) {
        terminal.out(`${worker} is drained\n`);
        return 0;
      }
      await sleep(interval);
    }
    terminal.err(`${worker} is still there; \`trapline runs\` says what it runs\n`);
    return 1;
  },
};
