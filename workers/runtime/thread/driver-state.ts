/**
 * What a guest's driver knows besides the machine, as one section of a checkpoint: where its script is,
 * and what was reported so far.
 */
import type { ConsoleScriptState, Instructions, Milliseconds } from "../../vmm/mod.ts";
import type { DebugState } from "./debug-protocol.ts";

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
  /** Where it has a debugger. */
  readonly debug?: DebugState;
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
  return JSON.parse(new TextDecoder().decode(section)) as DriverState;
}
