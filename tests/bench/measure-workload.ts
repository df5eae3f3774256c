import type { BenchRow } from "./bench-rows.ts";
import { KeptCodeFolder } from "./kept-code-folder.ts";
import { type BenchClock, measureRun, type Run } from "./measure-run.ts";
import type { Row } from "./row.ts";
import { commandOf, type Subject } from "./subjects.ts";
import type { Workload } from "./workloads.ts";

export interface MeasureOptions {
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  readonly clock: BenchClock;
  /** For our own subjects; see `commandOf`. */
  readonly engine?: string;
}

/**
 * Runs a workload in rounds: every subject once, again and again, so that a slow phase of the
 * machine meets all of them.
 *
 * @param rows those that this workload fills
 * @param say receives one line per round
 * @throws Error when a run does not come to its end, or two subjects come to different results
 */
export async function measureWorkload(
  workload: Workload,
  rows: readonly BenchRow[],
  { subjects, rounds, clock, engine }: MeasureOptions,
  say: (line: string) => void,
): Promise<Row[]> {
  const runs = new Map<Subject, Run[]>(subjects.map((subject) => [subject, []]));
  using kept = workload.hasKeptCode ? new KeptCodeFolder(workload, engine) : undefined;
  for (const subject of subjects) kept?.fill(subject);
  for (let round = 1; round <= rounds; round++) {
    const took: string[] = [];
    for (const subject of subjects) {
      const command = commandOf(subject, workload, engine, kept?.folder);
      const run = await measureRun(command, workload, clock);
      runs.get(subject)?.push(run);
      const milliseconds = run.sections.reduce((sum, { begin, end }) => sum + end - begin, 0);
      took.push(`${subject} ${(milliseconds / 1000).toFixed(2)} s`);
    }
    say(`${workload.name}, round ${round} of ${rounds}: ${took.join(", ")}`);
  }
  return rows.map((row) => rowOf(row, runs));
}

function rowOf({ name, kind }: BenchRow, runs: ReadonlyMap<Subject, readonly Run[]>): Row {
  const sections = (all: readonly Run[]) =>
    all.flatMap((run) => run.sections.filter((section) => section.name === name));
  const outcomes = new Set([...runs.values()].flatMap(sections).map(({ outcome }) => outcome));
  if (outcomes.size > 1) {
    throw new Error(`${name}: different results: ${[...outcomes].join(" | ")}`);
  }
  const bySubject = <T>(of: (all: readonly Run[]) => readonly T[]) =>
    Object.fromEntries([...runs].map(([subject, all]) => [subject, of(all)]));
  return {
    name,
    kind,
    seconds: bySubject((all) => sections(all).map(({ begin, end }) => (end - begin) / 1000)),
    resident: bySubject((all) => all.flatMap(({ resident }) => resident ?? [])),
  };
}
