import type { WorkerStatus } from "./worker-status.ts";

/** How many of a worker's places are taken: also by runs that are just coming. */
export function takenPlaces({ runs, coming = 0 }: Pick<WorkerStatus, "runs" | "coming">): number {
  return runs.length + coming;
}
