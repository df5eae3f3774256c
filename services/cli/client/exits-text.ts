import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { renderExits } from "../../../shared/telemetry/render-exits.ts";
import { describeMove } from "./describe-move.ts";

/** Where the time of a run went, for a person. @param bySteps also of each step by itself */
export function exitsText(exits: RunExits, bySteps: boolean): string {
  const { total, steps, stays, moves } = exits;
  const parts = [renderExits(total)];
  const gauges = total.gauges && gaugesLine(total.gauges);
  if (gauges) parts.push(`${gauges}\n`);
  if (stays.length > 1) {
    const lines = stays.map(({ worker, runtime, from, to }) => {
      const span = `${from.toLocaleString("en")} to ${to.toLocaleString("en")}`;
      return `  ${worker} (${runtime}): instructions ${span}\n`;
    });
    parts.push(`\nIt was on ${stays.length} workers:\n${lines.join("")}`);
  }
  const moved = moves.map((move) => {
    if (move.outcome === "ended") return `  ${move.from}: it came to its end before it could go\n`;
    const where = move.outcome === "moved" ? `${move.from} to ${move.to}` : `${move.from}, stayed`;
    return `  ${where}: ${describeMove(move)}\n`;
  });
  if (moved.length > 0) parts.push(`\nIts moves:\n${moved.join("")}`);
  if (bySteps) {
    for (const [index, { name, atInstruction, report }] of steps.entries()) {
      const at = atInstruction.toLocaleString("en");
      const isQuiet = report.rows.every(({ count, time }) => count === 0 && !time);
      const table = isQuiet ? "no exits\n" : renderExits(report);
      parts.push(`\nUntil step ${index + 1}, ${name}, at instruction ${at}:\n${table}`);
    }
  }
  return parts.join("");
}

function gaugesLine(gauges: NonNullable<RunExits["total"]["gauges"]>): string {
  const { residentPages, translatedRegions, translatedBytes, evictions } = gauges;
  const { dirtyPagesPerSecond: rate, predictedDowntime } = gauges;
  const words = [
    `${residentPages.toLocaleString("en")} pages of RAM in use`,
    `${translatedRegions.toLocaleString("en")} regions translated (${translatedBytes.toLocaleString("en")} bytes, ${evictions.toLocaleString("en")} evicted)`,
    ...(rate === undefined
      ? []
      : [`${Math.round(rate).toLocaleString("en")} pages written a second`]),
    ...(predictedDowntime === undefined
      ? []
      : [`would stand still for ${(predictedDowntime / 1e6).toFixed(1)} ms if it moved`]),
  ];
  return words.join(", ");
}
