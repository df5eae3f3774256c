import type {
  DebugAnswer,
  DebugReason,
  DebugStatus,
} from "../../../shared/protocol/debug-report.ts";
import type { DebugPoints, DebugRequest } from "../../../shared/protocol/debug-request.ts";

/** A debugger waits for the guest: it begins stopped. */
export interface DebugStart {
  readonly session: string;
  readonly points: DebugPoints;
  /** Of the run; stops of one epoch have other names than those of others. */
  readonly epoch: number;
}

/** What the main thread says to a guest about its debugger. */
export type DebugCommand =
  | DebugRequest
  /** How does it stand? Also wakes a guest that stands still. */
  | "look"
  /** There is no debugger any more. */
  | "leave";

/** What the guest says to its debugger. */
export interface DebugMessage {
  readonly session: string;
  readonly n?: number;
  readonly status?: DebugStatus;
  readonly answer?: DebugAnswer;
  /** Why the debugger has nothing to do with the guest any more. */
  readonly over?: string;
}

/** A guest's debugger as it goes along with the guest. */
export interface DebugState {
  readonly session: string;
  readonly points: DebugPoints;
  readonly epoch: number;
  /** How often it has stopped in this epoch. */
  readonly stops: number;
  /** What the guest has had of its threads while it was debugged. */
  readonly used: number;
  readonly phase: DebugPhase;
  /** The hart that stands at an instruction that is executed whatever stands there. */
  readonly passing?: number;
}

/**
 * What the guest does, in the eyes of its debugger.
 *
 *   running ──stop──▶ stopping ──(next turn)──▶ stopped ──go──▶ running
 *      └── a point ───────────────────────────────▲  └─step─▶ stepping ──(one instruction)──▶ stopped
 */
export type DebugPhase =
  | { readonly kind: "running" }
  | { readonly kind: "stopping"; readonly why: DebugReason }
  | { readonly kind: "stepping"; readonly hart: number }
  | { readonly kind: "stopped"; readonly why: DebugReason; readonly hart: number };
