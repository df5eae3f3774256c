import type { RunEnd } from "../../../shared/schema/run-end.ts";
import type { ConsoleStep, ConsoleStepReport, MachineConfig } from "../../vmm/mod.ts";

/**
 * What the worker's main thread and the monitor's thread say to each other. Closed: nothing else
 * crosses.
 *
 *   main → thread   start          once, the first and only message
 *                   control word   a shared 32-bit number, because a thread that runs a guest reads
 *                                  no messages: `goOn`, `stop`
 *   thread → main   console*, step*, progress* in any order, then end or fault, once
 */
export interface ThreadStart {
  readonly control: SharedArrayBuffer;
  /** The thread frees its images when the machine has them. */
  readonly config: MachineConfig;
  readonly disks: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly steps: readonly ConsoleStep[];
  readonly limits: ThreadLimits;
}

export interface ThreadLimits {
  readonly instructions: number;
  /** Bytes of machine memory that the guest's RAM may take. */
  readonly memoryBytes: number;
  readonly outputBytes: number;
}

export type ThreadMessage =
  | { readonly type: "console"; readonly bytes: Uint8Array }
  | { readonly type: "step"; readonly index: number; readonly report: ConsoleStepReport }
  | { readonly type: "progress"; readonly instructions: number; readonly step: number }
  | { readonly type: "end"; readonly report: RunReport }
  /** The monitor itself is at fault, not the guest. */
  | { readonly type: "fault"; readonly message: string; readonly stack: string };

/** All that a run leaves behind. */
export interface RunReport {
  readonly end: RunEnd;
  readonly steps: readonly ConsoleStepReport[];
  readonly instructions: number;
  readonly exits: Readonly<Record<string, number>>;
  /** Absent when no machine was made, or when the run's end was the host's doing. */
  readonly stateHash?: string;
  readonly consoleBytes: number;
  readonly recentOutput: string;
}

/** Values of the control word. */
export const threadControl = { goOn: 0, stop: 1 } as const;
