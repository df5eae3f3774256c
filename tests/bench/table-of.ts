import { renderTable } from "./render-table.ts";
import type { Row } from "./row.ts";
import { median, speedRatio, spread } from "./samples.ts";

const head = [
  ...["", "M instr.", "Node MIPS", "Deno MIPS", "Node s", "Deno s", "QEMU s"],
  ...["Node/QEMU", "Deno/QEMU", "spread", "start-up ms: Node", "Deno"],
];

/**
 * The one table: medians; ratios are QEMU's time by ours, so above 1 we are faster. `spread` is the
 * largest of the three subjects' half ranges.
 */
export function tableOf(rows: readonly Row[]): string {
  return renderTable([head, ...rows.flatMap(linesOf)]);
}

function linesOf(row: Row): string[][] {
  const { name, seconds, startUpMilliseconds: startUp } = row;
  const beside = (theirs: "qemu" | "qemu-icount", label: string) => {
    const { node = [], deno = [], [theirs]: other = [] } = seconds;
    const both = [node, deno];
    return [
      label,
      (row.instructions / 1e6).toFixed(0),
      ...both.map((samples) => (row.instructions / 1e6 / median(samples)).toFixed(0)),
      ...[...both, other].map((samples) => median(samples).toFixed(2)),
      ...both.map((samples) => `${speedRatio(samples, other).toFixed(2)}×`),
      `±${(100 * Math.max(...[...both, other].map(spread))).toFixed(0)} %`,
      ...[startUp.node, startUp.deno].map((samples) => median(samples).toFixed(0)),
    ];
  };
  const lines = [beside("qemu", name)];
  if (seconds["qemu-icount"]) lines.push(beside("qemu-icount", `${name}, QEMU -icount shift=0`));
  return lines;
}
