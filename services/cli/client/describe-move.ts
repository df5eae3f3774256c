import type { MoveReport } from "../../../shared/schema/move-report.ts";

const ways = {
  precopy: "by pre-copy",
  postcopy: "by post-copy",
  hybrid: "by pre-copy, then post-copy",
  checkpoint: "by a checkpoint",
} as const;

/** How a move went, for a person; a clause behind where the run is. */
export function describeMove({ way, figures, why }: MoveReport): string {
  const parts: string[] = [way === "checkpoint" ? ways[way] : `live, ${ways[way]}`];
  if (way === "checkpoint" && why !== undefined) parts.push(`because ${why}`);
  if (figures && way !== "checkpoint") {
    const { rounds, sentBytes, downtime, total, laterPages, demandedPages } = figures;
    parts.push(rounds === 1 ? "1 round" : `${rounds} rounds`, `${megabytes(sentBytes)} MB sent`);
    if (downtime !== undefined) parts.push(`stopped for ${downtime.toFixed(1)} ms`);
    if (laterPages > 0) parts.push(`${laterPages} pages later, ${demandedPages} waited for`);
    parts.push(`${(total / 1000).toFixed(2)} s in all`);
  }
  return parts.join(", ");
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
