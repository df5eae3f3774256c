/**
 * Where a submission lives in Redis. The braces keep its keys in one cluster slot, so one script
 * may touch them all.
 *
 *   record   hash   submission (JSON, never changes), state, epoch, worker, runtime, startedAt,
 *                   finishedAt, progress (JSON), result (JSON), failure, toldConsole (bytes of the
 *                   guest's console that are in `events`), toldSteps (reports of so many steps are),
 *                   written (EPOCH:NUMBER of the last write of the run's worker), owner (EPOCH OWNER:
 *                   who took the run in that epoch by a live migration)
 *   events   stream entries {type, data}: what `/console` shows, in order
 *   place    string the worker that is to have the run next; for some seconds, then any may
 *   ticket   hash   what lets the run's worker move it to another one, once (`migration-ticket.ts`)
 *   move     string JSON (`move-report.ts`): how its last move went
 *   debugger string JSON (`debugger-record.ts`), for as long as a debugger gives signs of life
 *   debugged string milliseconds that debuggers have held the guest so far
 *   asks     pub/sub JSON (`debug-request.ts`), for the worker that has the run
 *   reports  pub/sub JSON (`debug-report.ts`), for the run's debugger
 *   moves    list   the reports of its last moves, the oldest first
 *   exits    string JSON (`run-exits.ts`, in its compact form): where the time of the run goes
 *   profile  string where the guest has spent its instructions, as folded stacks
 *   channel  pub/sub "events" after each append, "cancelled" when the run must stop
 *
 * The writer rule: `epoch` counts the runs. A worker increments it when it begins and names it in
 * every later write; the store refuses a write whose epoch is not the present one. Cancelling
 * increments it too. So a worker that lost its lease cannot write, and one run at most finishes.
 */
export function runKeys(submission: string): RunKeys {
  const base = `trapline:run:{${submission}}`;
  return {
    record: base,
    events: `${base}:events`,
    place: `${base}:place`,
    ticket: `${base}:ticket`,
    move: `${base}:move`,
    debugger: `${base}:debugger`,
    debugged: `${base}:debugged`,
    asks: `${base}:asks`,
    reports: `${base}:reports`,
    moves: `${base}:moves`,
    exits: `${base}:exits`,
    profile: `${base}:profile`,
    channel: `${base}:channel`,
  };
}

/** For so long only the worker that `place` names may take the run. */
export const placeMilliseconds = 10_000;

export interface RunKeys {
  readonly record: string;
  readonly events: string;
  readonly place: string;
  readonly ticket: string;
  readonly move: string;
  readonly debugger: string;
  readonly debugged: string;
  readonly asks: string;
  readonly reports: string;
  readonly moves: string;
  readonly exits: string;
  readonly profile: string;
  readonly channel: string;
}
