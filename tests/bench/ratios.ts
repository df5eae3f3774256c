import type { Runtime } from "./options.ts";
import type { Row } from "./row.ts";
import { speedRatio } from "./samples.ts";

/**
 * How many times faster a row is under one of our runtimes than in QEMU: above 1 we are.
 *
 * @returns undefined where one of the two was not measured
 */
export function ratioOf(
  row: Row,
  runtime: Runtime,
  theirs: "qemu" | "qemu-icount" = "qemu",
): number | undefined {
  const { [runtime]: ours = [], [theirs]: other = [] } = row.seconds;
  return ours.length === 0 || other.length === 0 ? undefined : speedRatio(ours, other);
}

/** The ratios of all rows that have one. */
export function ratiosOf(
  rows: readonly Row[],
  runtime: Runtime,
  theirs: "qemu" | "qemu-icount" = "qemu",
): readonly number[] {
  return rows.flatMap((row) => ratioOf(row, runtime, theirs) ?? []);
}
