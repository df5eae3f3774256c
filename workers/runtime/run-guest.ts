import type { MonitorThread, SpawnMonitorThread } from "./thread/monitor-thread.ts";
import {
  type RunReport,
  type ThreadMessage,
  type ThreadStart,
  threadControl,
} from "./thread/thread-protocol.ts";

/** A run that is not the guest's failure: it is worth another try. */
export class MonitorFault extends Error {
  override readonly name = "MonitorFault";
}

export interface GuestRun {
  readonly start: Omit<ThreadStart, "control">;
  /** Host milliseconds after which the thread is asked to stop. */
  readonly wallClock: number;
  /** Host milliseconds that it then has: a device or a pattern may hold it. */
  readonly grace: number;
  /** Cuts the run off at once; `runGuest` then throws the signal's reason. */
  readonly signal: AbortSignal;
  onMessage(message: Exclude<ThreadMessage, { type: "end" | "fault" }>): void;
}

/**
 * Runs a guest in a thread of its own and ends the thread, whatever happens.
 *
 * @throws MonitorFault when the thread dies or reports a fault of the monitor
 */
export async function runGuest(spawn: SpawnMonitorThread, run: GuestRun): Promise<RunReport> {
  run.signal.throwIfAborted();
  const control = new SharedArrayBuffer(4);
  const timers: ReturnType<typeof setTimeout>[] = [];
  let thread: MonitorThread | undefined;
  let instructions = 0;
  let consoleBytes = 0;
  const decided: RunReport["steps"][number][] = [];
  try {
    return await new Promise<RunReport>((resolve, reject) => {
      run.signal.addEventListener("abort", () => reject(run.signal.reason), { once: true });
      thread = spawn({
        onMessage: (message) => {
          switch (message.type) {
            case "end":
              resolve(message.report);
              return;
            case "fault":
              reject(new MonitorFault(message.message, { cause: message.stack }));
              return;
            case "console":
              consoleBytes += message.bytes.length;
              break;
            case "step":
              decided[message.index] = message.report;
              break;
            case "progress":
              instructions = message.instructions;
              break;
          }
          run.onMessage(message);
        },
        onDeath: (reason) => reject(new MonitorFault(reason)),
      });
      thread.start({ ...run.start, control });

      const stop = () => {
        Atomics.store(new Int32Array(control), 0, threadControl.stop);
        timers.push(setTimeout(() => resolve(whatIsKnown()), run.grace));
      };
      timers.push(setTimeout(stop, run.wallClock));
    });
  } finally {
    for (const timer of timers) {
      clearTimeout(timer);
    }
    await thread?.terminate();
  }

  /** The report of a thread that does not even read its control word. */
  function whatIsKnown(): RunReport {
    const open = decided.length;
    return {
      end: { kind: "wall-clock" },
      steps: run.start.steps.map(
        (step, index) =>
          decided[index] ?? {
            state: index === open ? "failed" : "not-reached",
            waitedFor: step.kind,
            sentence:
              index === open
                ? "The run took too long on the grading machine and was ended here."
                : "Not reached: an earlier step did not succeed.",
          },
      ),
      instructions,
      exits: {},
      consoleBytes,
      recentOutput: "",
    };
  }
}
