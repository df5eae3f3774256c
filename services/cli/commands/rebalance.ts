import process from "node:process";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";

const usage = "trapline rebalance [--api URL]";

/** `trapline rebalance`. */
export const command: Command = {
  help: `usage: ${usage}

Moves runs from workers that are full to workers that have room, as few as that takes, and says which.

  --api URL   the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values } = parseWords(words, { api: { type: "string" } }, usage);
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const moves = await api.rebalance();
    for (const { run, to } of moves) terminal.out(`${run} goes to ${to}\n`);
    if (moves.length === 0) terminal.out("all runs are where they should be\n");
    return 0;
  },
};
