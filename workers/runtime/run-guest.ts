import type { PcpuPool } from "./thread/pcpu-pool.ts";
import {
  type RunMessage,
  type RunReport,
  type ThreadStart,
  threadControl,
} from "./thread/thread-protocol.ts";

/** A run that is not the guest's failure: it is worth another try. */
export class MonitorFault extends Error {
  override readonly name = "MonitorFault";
}

export interface GuestRun {
  readonly start: Omit<ThreadStart, "control">;
  /** Cuts the run off at once; `runGuest` then throws the signal's reason. */
  readonly signal: AbortSignal;
  onMessage(message: Exclude<RunMessage, { type: "end" | "fault" }>): void;
}

/**
 * Runs a guest on one of the pool's threads, among others.
 *
 * @throws MonitorFault when the thread dies or the monitor reports a fault of its own
 */
export async function runGuest(pool: Pick<PcpuPool, "start">, run: GuestRun): Promise<RunReport> {
  run.signal.throwIfAborted();
  const control = new SharedArrayBuffer(4);
  new Int32Array(control)[0] = threadControl.goOn;
  let instructions = 0;
  let consoleBytes = 0;
  const decided: RunReport["steps"][number][] = [];
  let abort = () => {};
  const report = new Promise<RunReport>((resolve, reject) => {
    const pooled = pool.start(
      { ...run.start, control },
      {
        onMessage: (message) => {
          switch (message.type) {
            case "end":
              resolve(message.report);
              break;
            case "fault":
              reject(new MonitorFault(message.message, { cause: message.stack }));
              break;
            case "console":
              consoleBytes += message.bytes.length;
              run.onMessage(message);
              break;
            case "step":
              decided[message.index] = message.report;
              run.onMessage(message);
              break;
            case "progress":
              instructions = message.instructions;
              run.onMessage(message);
              break;
          }
        },
        onOvertime: () => resolve(whatIsKnown()),
        onDeath: (reason) => reject(new MonitorFault(reason)),
      },
    );
    abort = () => {
      pooled.drop();
      reject(run.signal.reason);
    };
  });
  // The signal may outlive the run.
  run.signal.addEventListener("abort", abort);
  try {
    return await report;
  } finally {
    run.signal.removeEventListener("abort", abort);
  }

  /** The report of a run that does not even read its control word. */
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
