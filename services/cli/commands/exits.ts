import process from "node:process";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import type { Result } from "../../../shared/schema/result.ts";
import { compareExits } from "../../../shared/telemetry/compare-exits.ts";
import { renderExits } from "../../../shared/telemetry/render-exits.ts";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline exits RUN [--compare RUN2] [--json] [--api URL]";
const untimed = { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };

/** `trapline exits RUN`. */
export const command: Command = {
  help: `usage: ${usage}

Shows how often the guest of a graded submission left its own code, by category (docs/exits.md). In
virtual time these counts are part of the result: the same submission has the same ones, whichever
worker it was on.

  --compare RUN2   the exits of two submissions beside each other
  --json           print what the results say instead
  --api URL        the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      { compare: { type: "string" }, json: { type: "boolean" }, api: { type: "string" } },
      usage,
    );
    const [run] = positionals;
    if (run === undefined || positionals.length > 1) {
      throw new UsageFailure("exits-run", "one run's id is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const ids = [run, ...(values.compare === undefined ? [] : [values.compare])];
    const reports = await Promise.all(
      ids.map(async (id) => ({
        name: id,
        report: reportOf(id, (await api.submission(id)).result),
      })),
    );
    if (values.json === true) {
      const plain = reports.map(({ name, report: { instructions, rows } }) => ({
        ...{ run: name, instructions },
        exits: Object.fromEntries(rows.map(({ category, count }) => [category, count])),
      }));
      terminal.out(`${JSON.stringify(plain, undefined, 2)}\n`);
    } else if (reports.length === 1) {
      for (const { report } of reports) terminal.out(renderExits(report));
    } else {
      terminal.out(compareExits(reports));
    }
    return 0;
  },
};

/** @throws UsageFailure for a submission without a result */
function reportOf(id: string, result: Result | undefined): ExitReport {
  if (result === undefined) {
    throw new UsageFailure(
      "exits-none",
      `${id} has no result yet`,
      `\`trapline result ${id}\` says how far it is.`,
    );
  }
  const rows = Object.entries(result.exits).map(([category, count]) => ({ category, count }));
  return { instructions: result.instructions, rows, time: untimed };
}
