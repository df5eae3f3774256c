import type { Runtime } from "./options.ts";
import { ratiosOf } from "./ratios.ts";
import type { Row } from "./row.ts";
import { geometricMean } from "./samples.ts";

const everyRow = 1;
const cpuMean = 1.5;
const osMean = 2;
const icountMean = 3;
/** At most 1.2 times QEMU's time. */
const boot = 1 / 1.2;
/** With translations of an earlier run at most 0.7 times. */
const warmBoot = 1 / 0.7;

/** One line per goal and runtime; none for what was not measured. */
export function goals(rows: readonly Row[]): readonly string[] {
  return (["node", "deno"] as const).flatMap((runtime) => [
    ...slowRows(rows, runtime),
    ...mean("CPU rows", ofKind(rows, "cpu"), cpuMean, runtime),
    ...mean("operating-system rows", ofKind(rows, "os"), osMean, runtime),
    ...mean("all rows, QEMU counting", rows, icountMean, runtime, "qemu-icount"),
    ...mean("boot to shell", ofKind(rows, "boot"), boot, runtime),
    ...mean("boot to shell again", ofKind(rows, "warm boot"), warmBoot, runtime),
  ]);
}

function ofKind(rows: readonly Row[], kind: Row["kind"]): readonly Row[] {
  return rows.filter((row) => row.kind === kind);
}

function slowRows(rows: readonly Row[], runtime: Runtime): string[] {
  const measured = rows.filter(
    (row) => !row.kind.endsWith("boot") && ratiosOf([row], runtime).length === 1,
  );
  if (measured.length === 0) return [];
  const slow = measured.filter((row) => (ratiosOf([row], runtime)[0] ?? 0) < everyRow);
  const names = slow.length === 0 ? "" : `: ${slow.map(({ name }) => name).join(", ")}`;
  const figure = `${slow.length} of ${measured.length} rows slower than QEMU under ${runtime}`;
  return [line(slow.length === 0, `${figure} (goal: none)${names}`)];
}

function mean(
  label: string,
  rows: readonly Row[],
  goal: number,
  runtime: Runtime,
  theirs: "qemu" | "qemu-icount" = "qemu",
): string[] {
  const ratios = ratiosOf(rows, runtime, theirs);
  if (ratios.length === 0) return [];
  const value = geometricMean(ratios);
  const figure = `${value.toFixed(2)}× on ${label} under ${runtime}`;
  return [line(value >= goal, `${figure} (goal ≥ ${goal.toFixed(2)}×)`)];
}

function line(isMet: boolean, text: string): string {
  return `${isMet ? "pass" : "MISS"}  ${text}`;
}
