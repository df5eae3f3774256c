import process from "node:process";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import { resultText } from "../client/result-text.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline result ID [--json] [--api URL]";

/** `trapline result ID`: the state or the grade of a submission. */
export const command: Command = {
  help: `usage: ${usage}

Shows how a submission stands. Exit status 0 when it is graded, 2 while it waits or runs, 1 when it
has ended without a grade.

  --json      print Gradescope's results.json instead
  --api URL   the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      { json: { type: "boolean" }, api: { type: "string" } },
      usage,
    );
    const [id] = positionals;
    if (id === undefined || positionals.length > 1) {
      throw new UsageFailure("result-id", "one submission's id is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    if (values.json === true) {
      terminal.out(`${await api.results(id)}\n`);
      return 0;
    }
    const submission = await api.submission(id);
    terminal.out(resultText(submission));
    const isPending = submission.state === "queued" || submission.state === "running";
    return submission.state === "graded" ? 0 : isPending ? 2 : 1;
  },
};
