import type { RunExits } from "../../../shared/schema/run-exits.ts";

export interface StayLane {
  readonly worker: string;
  readonly runtime: string;
  /** Stretches of the run on this worker, as shares of its instructions from 0 to 1. */
  readonly stays: readonly { readonly from: number; readonly to: number; readonly epoch: number }[];
}

/** Which worker had the run when: a lane for each worker, in the order in which they first had it. */
export function stayLanes({ stays, total }: RunExits): readonly StayLane[] {
  const whole = Math.max(1, total.instructions, ...stays.map(({ to }) => to));
  const workers = [...new Set(stays.map(({ worker }) => worker))];
  return workers.map((worker) => {
    const own = stays.filter((stay) => stay.worker === worker);
    return {
      worker,
      runtime: own.at(-1)?.runtime ?? "",
      stays: own.map(({ from, to, epoch }) => ({ from: from / whole, to: to / whole, epoch })),
    };
  });
}
