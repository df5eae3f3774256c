import process from "node:process";
import { takenPlaces } from "../../../shared/schema/taken-places.ts";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import { textTable } from "../client/text-table.ts";
import type { Command } from "../command.ts";

const usage = "trapline workers [--json] [--api URL]";

/** `trapline workers`: who is there. */
export const command: Command = {
  help: `usage: ${usage}

Lists the workers of a service: name, what runs them, their state, how many runs they have (those that
are just coming among them) and may have, and the instructions of the runs that they have.

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
    const workers = await api.workers();
    if (values.json === true) {
      terminal.out(`${JSON.stringify(workers, undefined, 2)}\n`);
      return 0;
    }
    const rows = workers.map((worker) => {
      const { name, runtime, state, capacity, runs } = worker;
      const instructions = runs.reduce((sum, run) => sum + run.instructions, 0);
      return [name, runtime, state, `${takenPlaces(worker)}/${capacity}`, instructions];
    });
    terminal.out(textTable(["worker", "runtime", "state", "runs", "instructions"], rows));
    return 0;
  },
};
