/** The exits of several runs beside each other: what takes most time in the first one comes first. */

import type { ExitReport, ExitRow } from "../schema/exit-report.ts";
import { alignColumns } from "./align-columns.ts";
import { byTime } from "./by-time.ts";
import { formatDuration } from "./format-duration.ts";
import { wallTime } from "./wall-time.ts";

export interface NamedReport {
  readonly name: string;
  readonly report: ExitReport;
}

/** At the end of the table. */
const timeRows = 2;
/** Of a category's parts. */
const shownParts = 8;

/** What a category's exits were about in any of the runs. */
function partsOf(runs: readonly NamedReport[], category: string): string[][] {
  const parts = runs.map(({ report }) => {
    const row = report.rows.find((each) => each.category === category);
    return new Map(row?.parts?.map((part) => [part.name, part]));
  });
  const all = parts.flatMap((each) => [...each.values()]).sort(byTime);
  const names = [...new Set(all.map(({ name }) => name))].slice(0, shownParts);
  return names.map((name) => [`  ${name}`, ...parts.flatMap((each) => cellsOf(each.get(name)))]);
}

function cellsOf(row: Pick<ExitRow, "count" | "time"> | undefined): string[] {
  const time = row?.time ? formatDuration(row.time.total) : "";
  return [row && row.count > 0 ? row.count.toLocaleString("en") : "", time];
}

/** For each run a column of counts, and one of times where something was timed. */
export function compareExits(runs: readonly NamedReport[]): string {
  const isTimed = runs.some(({ report }) => report.rows.some(({ time }) => time !== undefined));
  const categories = [
    ...new Set(
      runs.flatMap(({ report }) =>
        [...report.rows]
          .filter(({ count, time }) => count > 0 || (time?.total ?? 0) > 0)
          .sort(byTime)
          .map(({ category }) => category),
      ),
    ),
  ];
  const rowOf = (report: ExitReport, category: string) =>
    report.rows.find((each) => each.category === category);
  const wholeOf = ({ time }: ExitReport) => wallTime(time);
  const sums = (name: string, cells: (report: ExitReport) => readonly [string, string]) => [
    name,
    ...runs.flatMap(({ report }) => cells(report)),
  ];
  const table = [
    ["exit", ...runs.flatMap(({ name }) => [name, "time"])],
    ...categories.flatMap((category) => [
      [category, ...runs.flatMap(({ report }) => cellsOf(rowOf(report, category)))],
      ...partsOf(runs, category),
    ]),
    sums("all exits", ({ rows, time }) => [
      rows.reduce((sum, { count }) => sum + count, 0).toLocaleString("en"),
      formatDuration(time.monitor),
    ]),
    sums("instructions", ({ instructions }) => [instructions.toLocaleString("en"), ""]),
    sums("exits per million", ({ rows, instructions }) => [
      ((rows.reduce((sum, { count }) => sum + count, 0) / instructions) * 1e6).toFixed(0),
      "",
    ]),
    sums("the run", (report) => ["", formatDuration(wholeOf(report))]),
    sums("in the monitor", (report) => [
      "",
      `${((report.time.monitor / Math.max(1, wholeOf(report))) * 100).toFixed(0)} %`,
    ]),
  ];
  const shown = isTimed
    ? table
    : table.slice(0, -timeRows).map((row) => row.filter((_, i) => i === 0 || i % 2 === 1));
  return `${alignColumns(shown).join("\n")}\n`;
}
