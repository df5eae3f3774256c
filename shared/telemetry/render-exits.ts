/**
 * The exits of a run as people read them, after `perf kvm stat`: what takes most time first, idle
 * time apart, and below it where all of the time went.
 */

import type { ExitReport, ExitRow, TimeSplit } from "../schema/exit-report.ts";
import { gradableExits } from "../schema/gradable-exits.ts";
import { alignColumns } from "./align-columns.ts";
import { byTime } from "./by-time.ts";
import { formatDuration } from "./format-duration.ts";
import { isRough } from "./is-rough.ts";
import { percent } from "./percent.ts";
import { wallTime } from "./wall-time.ts";

const heads = ["exit", "count", "share", "time", "share", "min", "mean", "p50", "p99", "max"];
/** Of a category's parts that are shown, at most and in any case. */
const shownParts = 8;
const fewParts = 3;
/** Of all exits, or of their time: below that the table says 0.0 %. */
const smallShare = 0.0005;
type Timed = Pick<ExitRow, "count" | "time">;

/** Columns without times. */
const untimed = 3;
const parts: readonly (readonly [keyof TimeSplit, string])[] = [
  ["guest", "guest"],
  ["monitor", "monitor"],
  ["driver", "console and files"],
  ["waiting", "waiting for a pCPU"],
  ["paused", "paused"],
  ["idle", "idle"],
];
/** Others are named where there is some of them. */
const alwaysNamed: readonly string[] = ["guest", "monitor"];

/** The parts of each category stand below it. Without columns of times where nothing was timed. */
export function renderExits(report: ExitReport): string {
  const rows = report.rows.filter(({ count, time }) => count > 0 || time !== undefined);
  if (rows.length === 0) return "no exits yet\n";
  rows.sort(byTime);
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const total = rows.reduce((sum, row) => sum + (row.time?.total ?? 0), 0);
  const isTimed = rows.some(({ time }) => time !== undefined);
  const columns = isTimed ? heads.length : untimed;
  const cells = [
    heads,
    ...rows.flatMap((row) => [
      cellsOf(row.category, row, count, total),
      ...partCells(row, count, total),
    ]),
  ];
  const hasRough = rows.some((row) => {
    return (
      isRough(row.time, row.count) || row.parts?.some((part) => isRough(part.time, part.count))
    );
  });
  const own = rows
    .filter(({ category }) => !(gradableExits as readonly string[]).includes(category))
    .reduce((sum, row) => sum + row.count, 0);
  const perMillion = report.instructions === 0 ? 0 : (count / report.instructions) * 1e6;
  return [
    ...alignColumns(cells.map((row) => row.slice(0, columns))),
    "",
    `${count.toLocaleString("en")} exits in ${report.instructions.toLocaleString("en")} instructions, ` +
      `${perMillion.toFixed(1)} per million` +
      (own > 0 ? `; ${own.toLocaleString("en")} of them the monitor's own` : ""),
    ...(isTimed ? [timeLine(report.time)] : []),
    ...(hasRough ? ["~ rough: of few that were timed, or one long one may be much of it"] : []),
    "",
  ].join("\n");
}

function cellsOf(name: string, row: Timed, counts: number, total: number): string[] {
  const { count, time } = row;
  const start = [name, count.toLocaleString("en"), percent(count, counts)];
  if (time === undefined) return [...start, ...Array.from({ length: 7 }, () => "")];
  const durations = [time.min, time.mean, time.p50, time.p99, time.max].map(formatDuration);
  const estimate = `${isRough(time, count) ? "~" : ""}${formatDuration(time.total)}`;
  return [...start, estimate, percent(time.total, total), ...durations];
}

/** What the exits of a category were about, in the order of the rows. */
function partCells({ parts = [] }: ExitRow, counts: number, total: number): string[][] {
  const inOrder = [...parts].sort(byTime);
  const isLarge = ({ count, time }: Timed) =>
    count > counts * smallShare || (time?.total ?? 0) > total * smallShare;
  const large = inOrder.findLastIndex(isLarge) + 1;
  const shown = Math.min(Math.max(large, fewParts), shownParts);
  // One that is left is told as easily as counted.
  const isLast = inOrder.length === shown + 1;
  const more = isLast ? [] : inOrder.slice(shown);
  const first = inOrder.slice(0, isLast ? shown + 1 : shown).map((part) => {
    return cellsOf(`  ${part.name}`, part, counts, total);
  });
  if (more.length === 0) return first;
  const spent = more.reduce((sum, { time }) => sum + (time?.total ?? 0), 0);
  const count = more.reduce((sum, part) => sum + part.count, 0);
  const [name, number, share, ...times] = cellsOf(
    `  ${more.length} more`,
    { count },
    counts,
    total,
  );
  const [, , ...durations] = times;
  const sums = spent === 0 ? ["", ""] : [formatDuration(spent), percent(spent, total)];
  return [...first, [name, number, share, ...sums, ...durations] as string[]];
}

function timeLine(time: TimeSplit): string {
  const all = wallTime(time);
  const shares = parts
    .filter(([part]) => time[part] > 0 || alwaysNamed.includes(part))
    .map(([part, name]) => `${name} ${percent(time[part], all)}`);
  return `${formatDuration(all)}: ${shares.join(", ")}`;
}
