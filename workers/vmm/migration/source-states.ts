/**
 * The life of the side that a run leaves.
 *
 * ```
 * negotiating ──welcome──▶ precopy ──converged──▶ stop-and-copy ──ready──▶ switchover
 *      │                      │                        │                    │     │
 *      │ refused, lost, cancelled                      │        refused, lost│     │running
 *      ▼                      ▼                        ▼                    ▼     ▼
 *   aborted ◀──────────────────────────────────mine── reclaiming       postcopy
 *   (the run goes on here)                             theirs│ others│        │complete, lost
 *                                                            ▼       ▼        ▼
 *                                                   completed   superseded  completed
 * ```
 * The only moment at which nobody can say who has the run is `switchover`: once `go` is sent the
 * destination may claim it. So where its answer does not come the source claims it, too
 * (`reclaiming`), and the authority says who was first.
 */
export type SourceState =
  /** `hello` is sent; the guest runs here. */
  | "negotiating"
  /** Pages are sent while the guest runs here. */
  | "precopy"
  /** The guest stands still here, and nowhere else runs yet. */
  | "stop-and-copy"
  /** `go` is sent: the guest may run there. */
  | "switchover"
  /** Whether it does is asked of the authority. */
  | "reclaiming"
  /** The guest runs there and may need pages that are here. */
  | "postcopy"
  /** The destination has the run, and all that it will get. */
  | "completed"
  /** The run goes on here. */
  | "aborted"
  /** Somebody else has the run; neither side runs it. */
  | "superseded";

export type SourceEvent =
  | "welcome"
  /** What is left fits the downtime; or it was decided not to wait for that. */
  | "converged"
  | "ready"
  | "running"
  | "complete"
  /** The destination has sent `abort`. */
  | "refused"
  /** The channel is gone, damaged, or nothing was heard for too long. */
  | "lost"
  /** Somebody here has called it off. */
  | "cancelled"
  /** The authority says: the run is this side's, the destination's, somebody else's. */
  | "mine"
  | "theirs"
  | "others";

/** Events that are not named change nothing. */
export const sourceTransitions: Readonly<
  Record<SourceState, Readonly<Partial<Record<SourceEvent, SourceState>>>>
> = {
  negotiating: { welcome: "precopy", refused: "aborted", lost: "aborted", cancelled: "aborted" },
  precopy: {
    converged: "stop-and-copy",
    refused: "aborted",
    lost: "aborted",
    cancelled: "aborted",
  },
  "stop-and-copy": {
    ...{ ready: "switchover", refused: "aborted", lost: "aborted", cancelled: "aborted" },
  },
  switchover: { running: "postcopy", refused: "reclaiming", lost: "reclaiming" },
  reclaiming: { mine: "aborted", theirs: "completed", others: "superseded" },
  // What the destination has not got by then it will not get from here.
  postcopy: { complete: "completed", refused: "completed", lost: "completed" },
  completed: {},
  aborted: {},
  superseded: {},
};

/** What a side has to do with its guest in a state: `stopped` guests may run again, `gone` ones never. */
export type GuestRole = "runs" | "stopped" | "gone";

export const sourceGuest: Readonly<Record<SourceState, GuestRole>> = {
  ...{ negotiating: "runs", precopy: "runs", "stop-and-copy": "stopped", switchover: "stopped" },
  ...{ reclaiming: "stopped", postcopy: "gone", completed: "gone", aborted: "runs" },
  superseded: "gone",
};
