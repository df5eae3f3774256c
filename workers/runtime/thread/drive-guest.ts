import type { RunEnd } from "../../../shared/schema/run-end.ts";
import {
  type BlockBackend,
  ConsoleScript,
  Failure,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type StopReason,
} from "../../vmm/mod.ts";
import { freeImages } from "../free-images.ts";
import {
  type RunReport,
  type ThreadMessage,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";

/** What the driver needs of its thread. */
export interface DriverPorts {
  createMonitor(): {
    createMachine(config: MachineConfig, resources: MachineResources): Machine;
  };
  openDisk(bytes: Uint8Array): BlockBackend;
  post(message: ThreadMessage): void;
  /** Host milliseconds, to keep slices short; no guest ever sees them. */
  now(): number;
}

const shortestSlice = 1_000_000;
const longestSlice = 50_000_000;
/** Milliseconds of host time that one slice should take, so that the control word is seen soon. */
const sliceTime = 100;
const consoleBatch = 16 * 1024;

/**
 * Runs one guest to its end on the calling thread: in slices, with its script, inside its limits.
 *
 * A guest that misbehaves is an `end` message; an exception of the monitor is a `fault`.
 */
export function driveGuest(start: ThreadStart, ports: DriverPorts): void {
  try {
    ports.post({ type: "end", report: new GuestDriver(start, ports).run() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    ports.post({ type: "fault", message, stack });
  }
}

class GuestDriver {
  readonly #start: ThreadStart;
  readonly #ports: DriverPorts;
  readonly #control: Int32Array;
  readonly #script: ConsoleScript;
  #machine: Machine | undefined;
  #pending: number[] = [];
  #consoleBytes = 0;
  #reportedSteps = 0;

  constructor(start: ThreadStart, ports: DriverPorts) {
    this.#start = start;
    this.#ports = ports;
    this.#control = new Int32Array(start.control);
    this.#script = new ConsoleScript(start.steps);
  }

  run(): RunReport {
    const { config, disks, limits } = this.#start;
    const monitor = this.#ports.createMonitor();
    let machine: Machine;
    try {
      machine = monitor.createMachine(config, {
        memoryLimitBytes: limits.memoryBytes,
        console: { write: (byte) => this.#print(byte) },
        disks: new Map(disks.map(({ name, bytes }) => [name, this.#ports.openDisk(bytes)])),
      });
    } catch (error) {
      if (error instanceof Failure) {
        return this.#report({ kind: "bad-image", message: error.message, hint: error.hint });
      }
      throw error;
    }
    freeImages(config);
    this.#machine = machine;
    this.#script.attach(machine);
    const end = this.#runToEnd(machine);
    this.#flush(machine);
    const report = this.#report(end, machine);
    machine.dispose();
    return report;
  }

  #runToEnd(machine: Machine): RunEnd {
    const { limits } = this.#start;
    let slice = shortestSlice;
    for (;;) {
      const began = this.#ports.now();
      const reason = runSlice(machine, Math.min(slice, limits.instructions - machine.steps));
      const elapsed = this.#ports.now() - began;
      slice = nextSlice(slice, elapsed);
      this.#flush(machine);

      if (this.#script.hasFailed) {
        return { kind: "step-failed" };
      }
      if (this.#consoleBytes > limits.outputBytes) {
        return this.#cutOff(
          "output-limit",
          `the guest printed more than ${count(limits.outputBytes)} bytes`,
        );
      }
      switch (reason.kind) {
        case "power-off":
          this.#script.powerOff(reason.code);
          return this.#completedOr({ kind: "power-off", code: reason.code });
        case "reboot":
          this.#script.end("the guest asked for a reboot");
          return this.#completedOr({ kind: "reboot" });
        case "idle":
          if (reason.wakeAt === undefined) {
            return this.#cutOff("hung", "the guest sleeps and nothing is left that could wake it");
          }
          break;
        case "memory-exhausted":
          return this.#cutOff(
            "memory-limit",
            `the guest took more than ${count(limits.memoryBytes)} bytes of memory`,
          );
        case "stopped":
        case "budget":
          break;
      }
      if (this.#script.isDone) {
        return { kind: "completed" };
      }
      if (machine.steps >= limits.instructions) {
        return this.#cutOff(
          "instruction-limit",
          `the run reached its limit of ${count(limits.instructions)} instructions`,
        );
      }
      if (Atomics.load(this.#control, 0) === threadControl.stop) {
        return this.#cutOff("wall-clock", "the run took too long on the grading machine");
      }
    }
  }

  #cutOff(
    kind: "hung" | "instruction-limit" | "output-limit" | "memory-limit" | "wall-clock",
    why: string,
  ): RunEnd {
    this.#script.end(why);
    return this.#completedOr({ kind });
  }

  /** The last output may have answered the last step. */
  #completedOr(end: RunEnd): RunEnd {
    return this.#script.isDone && !this.#script.hasFailed ? { kind: "completed" } : end;
  }

  #print(byte: number): void {
    this.#consoleBytes += 1;
    if (this.#consoleBytes > this.#start.limits.outputBytes) {
      this.#machine?.stop();
      return;
    }
    this.#script.write(byte);
    this.#pending.push(byte);
    if (this.#pending.length >= consoleBatch) {
      this.#flushConsole();
    }
  }

  #flushConsole(): void {
    if (this.#pending.length > 0) {
      this.#ports.post({ type: "console", bytes: Uint8Array.from(this.#pending) });
      this.#pending = [];
    }
  }

  #flush(machine: Machine): void {
    this.#flushConsole();
    this.#flushSteps();
    const step = this.#script.current?.index ?? this.#start.steps.length;
    this.#ports.post({ type: "progress", instructions: machine.retired, step });
  }

  #flushSteps(): void {
    for (const [index, report] of this.#script.reports.entries()) {
      if (index >= this.#reportedSteps && report.state !== "not-reached") {
        this.#ports.post({ type: "step", index, report });
        this.#reportedSteps = index + 1;
      }
    }
  }

  #report(end: RunEnd, machine?: Machine): RunReport {
    this.#flushSteps();
    // What the host's clock cut off is no function of the guest, so it has no hash.
    const hasHash = machine !== undefined && end.kind !== "wall-clock";
    return {
      end,
      steps: this.#script.reports,
      instructions: machine?.retired ?? 0,
      exits: machine?.exitCounts() ?? {},
      ...(hasHash ? { stateHash: machine.stateHash() } : {}),
      consoleBytes: this.#consoleBytes,
      recentOutput: this.#script.recentOutput,
    };
  }
}

/** The monitor throws when a guest wants more memory than it may have; here that is one more end. */
function runSlice(
  machine: Machine,
  instructions: number,
): StopReason | { readonly kind: "memory-exhausted" } {
  try {
    return machine.run(instructions);
  } catch (error) {
    if (error instanceof Failure && error.code === "guest-memory-exhausted") {
      return { kind: "memory-exhausted" };
    }
    throw error;
  }
}

const count = (value: number) => value.toLocaleString("en");

/** Aims at `sliceTime`, moving by no more than a factor of two. */
function nextSlice(slice: number, elapsed: number): number {
  const wanted = elapsed > 0 ? (slice * sliceTime) / elapsed : slice * 2;
  const bounded = Math.min(Math.max(wanted, slice / 2), slice * 2);
  return Math.round(Math.min(Math.max(bounded, shortestSlice), longestSlice));
}
