import type { RowKind } from "./bench-rows.ts";
import { ratioOf, ratiosOf } from "./ratios.ts";
import { renderTable } from "./render-table.ts";
import type { Row } from "./row.ts";
import { geometricMean, median, spread } from "./samples.ts";
import type { Subject } from "./subjects.ts";

const head = [
  ...["", "QEMU s", "icount s", "Node s", "Deno s"],
  ...["QEMU/Node", "QEMU/Deno", "icount/Node", "icount/Deno", "spread"],
];
const columns: readonly Subject[] = ["qemu", "qemu-icount", "node", "deno"];
const kinds: readonly (readonly [RowKind, string])[] = [
  ["cpu", "geometric mean, CPU rows"],
  ["os", "geometric mean, operating-system rows"],
];

/**
 * The one table: medians; ratios are QEMU's time by ours, so above 1 we are faster. `spread` is the
 * largest of the subjects' half ranges. Below, geometric means of the kinds that have several rows.
 */
export function tableOf(rows: readonly Row[]): string {
  const means = kinds.flatMap(([kind, label]) => {
    const own = rows.filter((row) => row.kind === kind);
    return own.length < 2 ? [] : [meanLine(label, own)];
  });
  return renderTable([head, ...rows.map(line), ...means]);
}

function line(row: Row): string[] {
  const all = columns.map((subject) => row.seconds[subject] ?? []);
  const spreads = all.filter((samples) => samples.length > 1).map(spread);
  return [
    row.name,
    ...all.map((samples) => (samples.length === 0 ? "" : median(samples).toFixed(2))),
    ...ratioCells((runtime, theirs) => ratioOf(row, runtime, theirs)),
    spreads.length === 0 ? "" : `±${(100 * Math.max(...spreads)).toFixed(0)} %`,
  ];
}

function meanLine(label: string, rows: readonly Row[]): string[] {
  const cells = ratioCells((runtime, theirs) => {
    const ratios = ratiosOf(rows, runtime, theirs);
    return ratios.length === 0 ? undefined : geometricMean(ratios);
  });
  return [label, "", "", "", "", ...cells, ""];
}

function ratioCells(
  ratio: (runtime: "node" | "deno", theirs: "qemu" | "qemu-icount") => number | undefined,
): string[] {
  return (["qemu", "qemu-icount"] as const)
    .flatMap((theirs) => [ratio("node", theirs), ratio("deno", theirs)])
    .map((value) => (value === undefined ? "" : `${value.toFixed(2)}×`));
}
