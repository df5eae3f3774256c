/**
 * Where runs should be: pure functions of what workers say of themselves. Nothing here moves a run; a
 * plan may be out of date when it is carried out, and then a run stays, or goes to any worker.
 */
import { takenPlaces } from "../../shared/schema/taken-places.ts";
import type { WorkerStatus } from "../../shared/schema/worker-status.ts";

export interface PlannedMove {
  readonly run: string;
  readonly to: string;
}

type Load = Pick<WorkerStatus, "name" | "state" | "capacity"> & { runs: number };

/** The worker that is the least full with one run more; none where none has room. */
export function leastLoaded(workers: readonly WorkerStatus[], except?: string): string | undefined {
  return emptiest(workers.map(loadOf), except)?.name;
}

/**
 * How many times as many runs as usual a worker takes when another one ends: guests take turns, and a run
 * that waits in the queue does not go on at all.
 */
const drainFactor = 2;

/** A place for each run of a worker that is to end. Runs that find no room are in no plan: they queue. */
export function planDrain(workers: readonly WorkerStatus[], name: string): PlannedMove[] {
  const loads = workers.map(loadOf).map((load) => ({
    ...load,
    capacity: load.capacity * drainFactor,
  }));
  const leaving = workers.find((worker) => worker.name === name)?.runs ?? [];
  const moves: PlannedMove[] = [];
  // Who has come furthest has the most to lose from waiting.
  for (const { run } of leaving.toSorted((a, b) => b.instructions - a.instructions)) {
    const to = emptiest(loads, name);
    if (to === undefined) break;
    to.runs += 1;
    moves.push({ run, to: to.name });
  }
  return moves;
}

/**
 * Moves after which no worker could give another one a run and have it better: as few as that takes.
 * The runs that have come least far are moved.
 */
export function planRebalance(workers: readonly WorkerStatus[]): PlannedMove[] {
  const loads = workers.map(loadOf).filter(({ state }) => state === "ready");
  const left = new Map(
    workers.map(({ name, runs }) => [
      name,
      runs.toSorted((a, b) => b.instructions - a.instructions),
    ]),
  );
  const moves: PlannedMove[] = [];
  for (;;) {
    const from = loads.toSorted((a, b) => share(b) - share(a) || byName(a, b))[0];
    const to = from && emptiest(loads, from.name);
    if (from === undefined || to === undefined) return moves;
    // As full as it is now the other one would be no better off.
    if (shareWith(to) >= share(from)) return moves;
    const run = left.get(from.name)?.pop();
    if (run === undefined) return moves;
    from.runs -= 1;
    to.runs += 1;
    moves.push({ run: run.run, to: to.name });
  }
}

function loadOf(worker: WorkerStatus): Load {
  const { name, state, capacity } = worker;
  return { name, state, capacity, runs: takenPlaces(worker) };
}

function emptiest(loads: readonly Load[], except?: string): Load | undefined {
  const open = loads.filter(
    ({ name, state, capacity, runs }) => name !== except && state === "ready" && runs < capacity,
  );
  return open.toSorted((a, b) => shareWith(a) - shareWith(b) || byName(a, b))[0];
}

function share({ runs, capacity }: Load): number {
  return runs / capacity;
}

/** With one run more. */
function shareWith({ runs, capacity }: Load): number {
  return (runs + 1) / capacity;
}

/** So that a plan does not depend on the order in which workers are listed. */
function byName(a: Load, b: Load): number {
  return a.name < b.name ? -1 : 1;
}
