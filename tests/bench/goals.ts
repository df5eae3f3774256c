import type { Row } from "./row.ts";
import { median } from "./samples.ts";

const integerMips = 200;
const shellSeconds = 12;

/** One line per goal of the interpreter and runtime; none for rows that were not measured. */
export function goals(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) => {
    const runtimes = ["node", "deno"] as const;
    if (row.name === "integer") {
      return runtimes.map((runtime) => {
        const mips = row.instructions / 1e6 / median(row.seconds[runtime] ?? []);
        return line(
          mips >= integerMips,
          `${mips.toFixed(0)} MIPS on integer code`,
          runtime,
          `≥ ${integerMips}`,
        );
      });
    }
    if (row.name === "Linux to the shell") {
      return runtimes.map((runtime) => {
        const seconds = median(row.seconds[runtime] ?? []);
        return line(
          seconds <= shellSeconds,
          `${seconds.toFixed(2)} s to the Linux shell`,
          runtime,
          `≤ ${shellSeconds} s`,
        );
      });
    }
    return [];
  });
}

function line(isMet: boolean, figure: string, runtime: string, goal: string): string {
  return `${isMet ? "pass" : "MISS"}  ${figure} under ${runtime} (goal ${goal})`;
}
