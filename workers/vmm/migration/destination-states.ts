/**
 * The life of the side that a run comes to.
 *
 * ```
 * listening ──hello──▶ precopy ──handover──▶ stop-and-copy ──go──▶ switchover ──mine──▶ postcopy
 *     │                   │                       │                    │                │      │
 *     │ refused, lost, cancelled                  │    theirs, others  │        complete│      │lost
 *     ▼                   ▼                       ▼                    ▼                ▼      ▼
 *  aborted ◀────────────────────────────────────────────────────────────        completed    lost
 * ```
 * From `go` on the source does not run unasked, so nothing that happens to the channel keeps this side
 * from claiming the run: the authority decides. What has been begun with `mine` is not given back.
 */
import type { GuestRole } from "./source-states.ts";

export type DestinationState =
  | "listening"
  /** Pages come while the guest runs there. */
  | "precopy"
  /** The machine is made; the guest stands still there and here. */
  | "stop-and-copy"
  /** The authority is asked for the run. */
  | "switchover"
  /** The guest runs here, and waits where it needs a page that is still there. */
  | "postcopy"
  /** The guest runs here, and all of it is here. */
  | "completed"
  /** The guest does not run here. */
  | "aborted"
  /** The run is this side's, but pages are missing for ever: it is replayed from its last checkpoint. */
  | "lost";

export type DestinationEvent =
  | "hello"
  | "handover"
  | "go"
  /** No page is missing any more. */
  | "complete"
  | "refused"
  | "lost"
  | "cancelled"
  | "mine"
  | "theirs"
  | "others";

/** Events that are not named change nothing. */
export const destinationTransitions: Readonly<
  Record<DestinationState, Readonly<Partial<Record<DestinationEvent, DestinationState>>>>
> = {
  listening: { hello: "precopy", refused: "aborted", lost: "aborted", cancelled: "aborted" },
  precopy: {
    ...{ handover: "stop-and-copy", refused: "aborted", lost: "aborted", cancelled: "aborted" },
  },
  "stop-and-copy": { go: "switchover", refused: "aborted", lost: "aborted", cancelled: "aborted" },
  switchover: { mine: "postcopy", theirs: "aborted", others: "aborted" },
  postcopy: { complete: "completed", refused: "lost", lost: "lost" },
  completed: {},
  aborted: {},
  lost: {},
};

export const destinationGuest: Readonly<Record<DestinationState, GuestRole>> = {
  ...{
    listening: "stopped",
    precopy: "stopped",
    "stop-and-copy": "stopped",
    switchover: "stopped",
  },
  ...{ postcopy: "runs", completed: "runs", aborted: "gone", lost: "gone" },
};
