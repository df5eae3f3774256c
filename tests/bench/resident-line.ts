import type { Row } from "./row.ts";
import { median } from "./samples.ts";
import { subjects } from "./subjects.ts";

/** What each subject's whole process occupies at the shell, from the row that ends there. */
export function residentLine(row: Row): readonly string[] {
  if (row.kind !== "boot") return [];
  const figures = subjects.flatMap((subject) => {
    const samples = row.resident[subject] ?? [];
    if (samples.length === 0) return [];
    const now = median(samples.map((sample) => sample.now)).toFixed(0);
    const most = median(samples.map((sample) => sample.most)).toFixed(0);
    return [`${subject} ${now} (at most ${most})`];
  });
  return figures.length === 0 ? [] : ["", `resident MiB at the shell: ${figures.join(", ")}`];
}
