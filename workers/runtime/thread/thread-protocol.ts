import type { RunEnd } from "../../../shared/schema/run-end.ts";
import type {
  ConsoleStep,
  ConsoleStepReport,
  MachineConfig,
  MemoryShare,
  Milliseconds,
} from "../../vmm/mod.ts";
import type { TranslationPort } from "../translation/translation-port.ts";

/**
 * What the worker's main thread and a pCPU thread say to each other. Closed: nothing else crosses.
 *
 *   main → thread   open           once, first
 *                   start          a guest, by the number of its run; any number of them
 *                   close          the thread is to end; it says so in its status
 *                   control word   of each run: `goOn`, `stop`, seen at its guest's next turn
 *   thread → main   by run: console*, step*, progress* in any order, then end or fault, once
 *
 * A thread reads messages between two slices of guests. What has to be known of a thread that reads
 * none stands in its status, which both can see at any time.
 */
export type ThreadCommand =
  | {
      readonly type: "open";
      readonly memory: MemoryShare;
      readonly status: SharedArrayBuffer;
      /** To the thread that translates for all of them; where there is none each does so itself. */
      readonly translation: TranslationPort | undefined;
    }
  | { readonly type: "start"; readonly run: RunNumber; readonly start: ThreadStart }
  | { readonly type: "query" }
  | { readonly type: "close" };

/** Chosen by the main thread, never used twice. */
export type RunNumber = number;

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
  /** What the guest may have of its thread; while others have their turn it does not count. */
  readonly wallClock: Milliseconds;
}

export interface ThreadMessage {
  readonly run: RunNumber;
  readonly message: RunMessage;
}

export type RunMessage =
  | { readonly type: "console"; readonly bytes: Uint8Array }
  | { readonly type: "step"; readonly index: number; readonly report: ConsoleStepReport }
  | RunProgress
  | { readonly type: "end"; readonly report: RunReport }
  /** The monitor itself is at fault, not the guest. */
  | { readonly type: "fault"; readonly message: string; readonly stack: string };

export interface RunProgress {
  readonly type: "progress";
  readonly instructions: number;
  readonly step: number;
  /** What the guest has had of its thread. */
  readonly used: Milliseconds;
}

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
