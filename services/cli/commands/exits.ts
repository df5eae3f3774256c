import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { compareExits } from "../../../shared/telemetry/compare-exits.ts";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { exitsText } from "../client/exits-text.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage =
  "trapline exits RUN [--steps] [--watch] [--compare RUN2] [--json | --folded] [--api URL]";
const options = {
  steps: { type: "boolean" },
  watch: { type: "boolean" },
  compare: { type: "string" },
  json: { type: "boolean" },
  folded: { type: "boolean" },
  api: { type: "string" },
} as const;
/** Milliseconds; a worker tells no more often. */
const interval = 2000;
/** A frame behind the privilege that is some function's. */
const hasNames = /;(?!\[unknown\])/;
const noNames =
  "trapline: the kernel has no symbols, so nothing has a name (docs/assignment.md, Profiles)\n";
/** From the corner of the terminal on, with nothing below. */
const clear = "\u001b[H\u001b[2J";

/** `trapline exits RUN`. */
export const command: Command = {
  help: `usage: ${usage}

Shows how often the guest of a submission left its own code, by category (docs/exits.md), how long that
took, and where all of the time of the run went, so far or in all. The counts are the same in each run of
the submission, whichever worker it was on; the times are those of its workers, and are sampled.

  --steps          also for each step of the rubric by itself: from the end of the step before
  --watch          again and again until the run ends
  --compare RUN2   the exits of two submissions beside each other
  --json           all that is known: GET /v1/submissions/RUN/exits, in a list
  --folded         where the guest has spent its instructions, as folded stacks for a flame graph; for an
                   assignment that asks for a profile
  --api URL        the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(words, options, usage);
    const [run] = positionals;
    if (run === undefined || positionals.length > 1) {
      throw new UsageFailure("exits-run", "one run's id is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    if (values.folded) {
      const folded = await api.profile(run);
      terminal.out(folded);
      if (folded !== "" && !hasNames.test(folded)) terminal.err(noNames);
      return 0;
    }
    const ids = [run, ...(values.compare === undefined ? [] : [values.compare])];
    for (;;) {
      const all = await Promise.all(ids.map((id) => exitsOf(api, id, values.watch ?? false)));
      const known = all.filter((exits) => exits !== undefined);
      const isOver = known.length === ids.length && known.every(({ state }) => state === "ended");
      const text = known.length < ids.length ? "no exits yet\n" : textOf(known, values);
      if (values.watch && !values.json && !isOver && process.stdout.isTTY) terminal.out(clear);
      if (!values.watch || isOver || !values.json) terminal.out(text);
      if (!values.watch || isOver) return 0;
      await sleep(interval);
    }
  },
};

function textOf(
  runs: readonly RunExits[],
  { json = false, steps = false }: { json?: boolean; steps?: boolean },
): string {
  if (json) return `${JSON.stringify(runs, undefined, 2)}\n`;
  const [first] = runs;
  if (first && runs.length === 1) return exitsText(first, steps);
  return compareExits(runs.map(({ submission, total }) => ({ name: submission, report: total })));
}

/** @throws UsageFailure where nothing is known, unless there is time */
async function exitsOf(
  api: ApiClient,
  id: string,
  isPatient: boolean,
): Promise<RunExits | undefined> {
  const exits = await api.exits(id);
  if (exits) return exits;
  const { state } = await api.submission(id);
  const isOpen = state === "queued" || state === "running";
  if (isPatient && isOpen) return undefined;
  throw new UsageFailure(
    "exits-none",
    `nothing is known of the exits of ${id}, which is ${state}`,
    isOpen ? "Ask again in two seconds, or with --watch." : "It has never been on a worker.",
  );
}
