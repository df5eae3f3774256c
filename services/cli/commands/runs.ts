import process from "node:process";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import { textTable } from "../client/text-table.ts";
import type { Command } from "../command.ts";

const usage = "trapline runs [--json] [--api URL]";

/** `trapline runs`: what is under way, and where. */
export const command: Command = {
  help: `usage: ${usage}

Lists the runs that are under way: the submission, the worker that has it, the run's epoch (above 1
when it has been elsewhere before) and how far it is.

  --json      print what the API says instead
  --api URL   the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values } = parseWords(
      words,
      { json: { type: "boolean" }, api: { type: "string" } },
      usage,
    );
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const runs = (await api.workers()).flatMap((worker) =>
      worker.runs.map((run) => ({ ...run, worker: worker.name, runtime: worker.runtime })),
    );
    if (values.json === true) {
      terminal.out(`${JSON.stringify(runs, undefined, 2)}\n`);
      return 0;
    }
    const rows = runs.map(({ run, worker, runtime, epoch, instructions }) => {
      return [run, worker, runtime, epoch, instructions];
    });
    terminal.out(textTable(["run", "worker", "runtime", "epoch", "instructions"], rows));
    return 0;
  },
};
