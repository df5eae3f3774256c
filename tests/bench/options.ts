import { parseArgs } from "node:util";
import { engineNames } from "../../shared/schema/engine-names.ts";
import type { BenchClock } from "./measure-run.ts";

export type Runtime = "node" | "deno";

export interface BenchOptions {
  /** Ids of the rows, in the order of `known`. */
  readonly rows: readonly string[];
  readonly runtimes: readonly Runtime[];
  /** How often each subject runs. */
  readonly rounds: number;
  /** Whether QEMU is also measured while it counts instructions. */
  readonly icount: boolean;
  readonly clock: BenchClock;
  /** Passed to `trapline qemu`; its default where it is not said. */
  readonly engine?: string;
  /** Where all samples go as JSON. */
  readonly json?: string;
}

/**
 * Reads the words behind `npm run bench --`: `--full`, `--rows a,b`, `--runtimes node,deno`,
 * `--repeat N`, `--icount`, `--clock processor`, `--engine NAME`, `--json FILE`.
 *
 * @param known ids that `--rows` may have, in the order of the table
 * @param quick those of them that are measured where nothing is said
 * @throws Error with a sentence for the person who typed it
 */
export function parseOptions(
  words: readonly string[],
  known: readonly string[],
  quick: readonly string[] = known,
): BenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      full: { type: "boolean", default: false },
      rows: { type: "string" },
      runtimes: { type: "string", default: "node,deno" },
      repeat: { type: "string" },
      icount: { type: "boolean", default: false },
      clock: { type: "string", default: "wall" },
      engine: { type: "string" },
      json: { type: "string" },
    },
  });
  const { full, clock, engine, json } = values;
  const rounds = Number(values.repeat ?? (full ? 3 : 1));
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new Error(`--repeat takes a whole number from 1 on, not '${values.repeat}'`);
  }
  if (clock !== "wall" && clock !== "processor") {
    throw new Error(`--clock knows wall, processor; not '${clock}'`);
  }
  return {
    rows: values.rows === undefined ? (full ? known : quick) : choose("rows", values.rows, known),
    runtimes: choose<Runtime>("runtimes", values.runtimes, ["node", "deno"]),
    rounds,
    icount: full || values.icount,
    clock,
    ...(engine === undefined ? {} : { engine: choose("engine", engine, engineNames)[0] as string }),
    ...(json === undefined ? {} : { json }),
  };
}

function choose<T extends string>(option: string, list: string, known: readonly T[]): readonly T[] {
  const wanted = list.split(",");
  for (const name of wanted) {
    if (!known.some((one) => one === name)) {
      throw new Error(`--${option} knows ${known.join(", ")}; not '${name}'`);
    }
  }
  return known.filter((name) => wanted.includes(name));
}
