import type { DebugAnswer, DebugStatus } from "../../../shared/protocol/debug-report.ts";
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
