/**
 * What a guest's driver knows besides the machine, as one section of a checkpoint: where its script is,
 * and what was reported so far.
 */
import type { ConsoleScriptState, Instructions, Milliseconds } from "../../vmm/mod.ts";
import type { ProfileStacks } from "../profile/guest-profiler.ts";
import { type DebugState, parseDebugState } from "./debug-state.ts";
import { type LedgerState, parseLedgerState } from "./run-ledger-state.ts";

export interface DriverState {
  readonly script: ConsoleScriptState;
  readonly consoleBytes: number;
  /** Steps whose reports were posted. */
  readonly reportedSteps: number;
  /** What the guest has had of its threads. */
  readonly used: Milliseconds;
  readonly retired: Instructions;
  /** Disks that were written to; their sections are `disk.NAME` and `disk.NAME.pages`. */
  readonly disks: readonly string[];
  /** So many of the run's instructions were its template's. */
  readonly fromTemplate?: Instructions;
  /** It is interpreted to its end, wherever it goes; not in a template. */
  readonly withoutTranslation?: true;
  /** Where it has a debugger. */
  readonly debug?: DebugState;
  /** Where its time went so far; not in a template, which is the same whoever makes it. */
  readonly ledger?: LedgerState;
  /** Of a run that is profiled, in a template, too: where its guest was so far. */
  readonly profile?: ProfileStacks;
}

export const driverSection = "driver";
export const residentSection = "resident";

export function encodeDriverState(state: DriverState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(state));
}

/** @throws Error where there is no such section, or it is none */
export function decodeDriverState(sections: ReadonlyMap<string, Uint8Array>): DriverState {
  const section = sections.get(driverSection);
  if (section === undefined) throw new Error("the checkpoint says nothing of the run's script");
  const state = JSON.parse(new TextDecoder().decode(section)) as DriverState;
  // A build that did not keep what its steps' exits were: nobody could tell them any more.
  if (state.script.marks?.length !== state.script.reports.length) {
    throw new Error("the checkpoint does not say what was counted until its steps");
  }
  if (!isProfile(state.profile)) throw new Error("its profile is none");
  const { ledger, debug, ...rest } = state;
  const known = parseLedgerState(ledger);
  const attached = parseDebugState(debug);
  return {
    ...rest,
    ...(known && { ledger: known }),
    ...(attached && { debug: attached }),
  };
}

function isProfile(stacks: unknown): boolean {
  if (stacks === undefined) return true;
  const isStack = (pair: unknown) =>
    Array.isArray(pair) && typeof pair[0] === "string" && Number.isSafeInteger(pair[1]);
  return Array.isArray(stacks) && stacks.every(isStack);
}
