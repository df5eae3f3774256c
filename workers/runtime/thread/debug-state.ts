import type { DebugReason } from "../../../shared/protocol/debug-report.ts";
import type { DebugPoints } from "../../../shared/protocol/debug-request.ts";
import type { Milliseconds } from "../../vmm/mod.ts";

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

/** A guest's debugger as it goes along with the guest. */
export interface DebugState {
  readonly session: string;
  readonly points: DebugPoints;
  /** Of the run, when the debugger came; below 0 where it came to a guest that ran. */
  readonly epoch: number;
  /** How often it has stopped since. */
  readonly stops: number;
  /** What the guest has had of its threads while it was debugged. */
  readonly used: Milliseconds;
  readonly phase: DebugPhase;
  /** The hart that stands at an instruction that is executed whatever stands there. */
  readonly passing?: number;
}

type Known = Readonly<Record<string, unknown>>;

const mostPoints = 1000;
const mostHarts = 64;
const watchKinds = ["store", "load", "access"] as const;

/**
 * Reads what `save` gave from the state of a run that comes from elsewhere. By hand: a thread may read
 * nothing outside of `workers`.
 *
 * @returns undefined where it is nothing of that kind: then the guest has no debugger, and runs
 */
export function parseDebugState(value: unknown): DebugState | undefined {
  if (!isKnown(value)) return undefined;
  const { session, points, epoch, stops, used, phase, passing } = value;
  const isNumbers = isCount(stops) && typeof used === "number" && used >= 0;
  const isOne = typeof session === "string" && session.length <= 60 && Number.isInteger(epoch);
  const isPassing = passing === undefined || isHart(passing);
  const isWhole = isNumbers && isOne && isPassing && isPoints(points) && isPhase(phase);
  return isWhole ? (value as unknown as DebugState) : undefined;
}

function isPoints(value: unknown): boolean {
  if (!isKnown(value)) return false;
  const { breakpoints, watchpoints } = value;
  const isList = (list: unknown): list is unknown[] =>
    Array.isArray(list) && list.length <= mostPoints;
  if (!isList(breakpoints) || !isList(watchpoints)) return false;
  const isWatched = (one: unknown) =>
    isKnown(one) && isOneOf(watchKinds, one.kind) && isHex(one.address) && isCount(one.bytes);
  return breakpoints.every(isHex) && watchpoints.every(isWatched);
}

function isPhase(value: unknown): boolean {
  if (!isKnown(value)) return false;
  switch (value.kind) {
    case "running":
      return true;
    case "stepping":
      return isHart(value.hart);
    case "stopping":
      return isReason(value.why);
    case "stopped":
      return isReason(value.why) && isHart(value.hart);
    default:
      return false;
  }
}

function isReason(value: unknown): boolean {
  if (!isKnown(value)) return false;
  if (value.kind === "watchpoint") return isOneOf(watchKinds, value.access) && isHex(value.address);
  return isOneOf(["asked", "held", "stepped", "breakpoint"], value.kind);
}

function isKnown(value: unknown): value is Known {
  return typeof value === "object" && value !== null;
}

function isOneOf(names: readonly string[], value: unknown): boolean {
  return names.some((name) => name === value);
}

function isHex(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{1,16}$/.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHart(value: unknown): boolean {
  return isCount(value) && (value as number) < mostHarts;
}
