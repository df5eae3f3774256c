/**
 * `npm run bench [-- --full] [-- --rows sieve,boot-to-shell …]`: `trapline qemu` under Node and Deno
 * beside QEMU on the same guests; docs/benchmarks.md says what the words are and how to read the
 * table.
 *
 * Figures are no tests: the exit status is 0 as long as everything ran.
 */
import { writeFileSync } from "node:fs";
import { benchRows, idOf } from "./bench-rows.ts";
import { goals } from "./goals.ts";
import { machineFacts } from "./machine-facts.ts";
import { measureWorkload } from "./measure-workload.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { residentLine } from "./resident-line.ts";
import type { Row } from "./row.ts";
import { subjects } from "./subjects.ts";
import { tableOf } from "./table-of.ts";
import { workerBenches } from "./worker/worker-benches.ts";
import { workloadsOf } from "./workloads.ts";

const say = (line: string) => console.error(`bench: ${line}`);

/** The other rows are worth having: only the exit status remembers. */
function complain(error: unknown): void {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function bench(options: BenchOptions): Promise<void> {
  const { runtimes, rounds, clock, engine, json } = options;
  const facts = [
    ...machineFacts(),
    `engine   ${engine ?? "the default"}`,
    `rounds   ${rounds}`,
    `clock    ${clock}`,
  ];
  console.log(`${facts.join("\n")}\n`);
  const wanted = benchRows.filter((row) => options.rows.includes(idOf(row)));
  const taking = subjects.filter((subject) =>
    subject === "qemu-icount"
      ? options.icount
      : subject === "qemu" || runtimes.some((runtime) => runtime === subject),
  );
  const rows: Row[] = [];
  for (const workload of workloadsOf(wanted, say)) {
    const own = wanted.filter(({ name }) => workload.sections.includes(name));
    const how = { subjects: taking, rounds, clock, ...(engine === undefined ? {} : { engine }) };
    try {
      rows.push(...(await measureWorkload(workload, own, how, say)));
    } catch (error) {
      complain(error);
    }
  }
  if (rows.length > 0) {
    console.log([tableOf(rows), ...rows.flatMap(residentLine), "", ...goals(rows)].join("\n"));
  }
  const workers: Record<string, unknown> = {};
  for (const { id, run } of workerBenches.filter(({ id }) => options.rows.includes(id))) {
    for (const runtime of runtimes) {
      try {
        const { lines, figures } = await run(runtime);
        workers[`${id} ${runtime}`] = figures;
        console.log(["", ...lines].join("\n"));
      } catch (error) {
        complain(error);
      }
    }
  }
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ facts, options, rows, workers }, null, 2)}\n`);
  }
}

let options: BenchOptions | undefined;
try {
  const quick = benchRows.map(idOf);
  const known = [...quick, ...workerBenches.map(({ id }) => id)];
  options = parseOptions(process.argv.slice(2), known, quick);
} catch (error) {
  complain(error);
}
if (options) await bench(options);
