import { measureRun, type Run } from "./measure-run.ts";
import type { Row } from "./row.ts";
import { type Subject, subjects } from "./subjects.ts";
import type { Workload } from "./workloads.ts";

/**
 * Runs a workload in rounds: every subject once, again and again, so that a slow phase of the
 * machine meets all of them.
 *
 * @param say receives one line per round
 */
export async function measureWorkload(
  workload: Workload,
  pairs: number,
  say: (line: string) => void,
): Promise<Row[]> {
  // Counting exactly costs QEMU its chained blocks: one row says how much, more would say no more.
  const taking = subjects.filter(
    (subject) => subject !== "qemu-icount" || workload.name === "integer",
  );
  const runs = new Map<Subject, Run[]>(taking.map((subject) => [subject, []]));
  for (let pair = 1; pair <= pairs; pair++) {
    const took: string[] = [];
    for (const subject of taking) {
      const run = await measureRun(subject, workload);
      runs.get(subject)?.push(run);
      took.push(`${subject} ${sum(run.seconds.values()).toFixed(2)} s`);
    }
    say(`${workload.name}, round ${pair} of ${pairs}: ${took.join(", ")}`);
  }
  return workload.sections.map((name) => rowOf(name, runs));
}

function rowOf(name: string, runs: ReadonlyMap<Subject, readonly Run[]>): Row {
  const seconds = Object.fromEntries(
    [...runs].map(([subject, all]) => [subject, all.map((run) => run.seconds.get(name) ?? 0)]),
  );
  const startUp = (subject: Subject) =>
    (runs.get(subject) ?? []).map((run) => run.report?.startUpMilliseconds ?? 0);
  const section = runs.get("node")?.[0]?.report?.sections.find((one) => one.name === name);
  return {
    name,
    instructions: section === undefined ? 0 : section.end - section.begin,
    seconds,
    startUpMilliseconds: { node: startUp("node"), deno: startUp("deno") },
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
