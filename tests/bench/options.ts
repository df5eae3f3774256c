import { parseArgs } from "node:util";

export interface BenchOptions {
  /** How often each subject runs. */
  readonly pairs: number;
  /** Names of workloads, in the order of `known`. */
  readonly only: readonly string[];
  /** Where all samples go as JSON. */
  readonly json?: string;
}

/**
 * Reads `--pairs N`, `--only NAME` (repeatable) and `--json FILE`.
 *
 * @param known names that `--only` may have
 * @throws Error with a sentence for the person who typed it
 */
export function parseOptions(words: readonly string[], known: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      pairs: { type: "string", default: "3" },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
    },
  });
  const pairs = Number(values.pairs);
  if (!Number.isSafeInteger(pairs) || pairs < 1) {
    throw new Error(`--pairs takes a whole number from 1 on, not '${values.pairs}'`);
  }
  for (const name of values.only) {
    if (!known.includes(name)) {
      throw new Error(`--only knows ${known.join(", ")}; not '${name}'`);
    }
  }
  const only = known.filter((name) => values.only.length === 0 || values.only.includes(name));
  return { pairs, only, ...(values.json === undefined ? {} : { json: values.json }) };
}
