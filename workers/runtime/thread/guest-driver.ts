import type { RunEnd } from "../../../shared/schema/run-end.ts";
import {
  type BlockBackend,
  ConsoleScript,
  Failure,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type Milliseconds,
  type StopReason,
} from "../../vmm/mod.ts";
import { freeImages } from "../free-images.ts";
import {
  type RunMessage,
  type RunReport,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";

/** What the driver needs of its thread. */
export interface DriverPorts {
  readonly monitor: {
    createMachine(config: MachineConfig, resources: MachineResources): Machine;
  };
  openDisk(bytes: Uint8Array): BlockBackend;
  post(message: RunMessage): void;
  /** Host milliseconds, to keep slices short; no guest ever sees them. */
  now(): Milliseconds;
}

const shortestSlice = 100_000;
const firstSlice = 1_000_000;
const longestSlice = 50_000_000;
const consoleBatch = 16 * 1024;
/** How often the worker hears of a run that says nothing. */
const progressInterval: Milliseconds = 100;

/**
 * One guest from its image to its report, in slices, with its script, inside its limits. Others may
 * run on the thread between two slices.
 *
 *     const driver = new GuestDriver(start, ports);
 *     while (driver.advance(10));
 *
 * A guest that misbehaves is an `end` message; an exception of the monitor is a `fault`.
 */
export class GuestDriver {
  readonly #start: ThreadStart;
  readonly #ports: DriverPorts;
  readonly #control: Int32Array;
  readonly #script: ConsoleScript;
  #machine: Machine | undefined;
  #slice = firstSlice;
  /** What the guest has had of its thread. */
  #used: Milliseconds = 0;
  #progressAt: Milliseconds = Number.NEGATIVE_INFINITY;
  #pending: number[] = [];
  #consoleBytes = 0;
  #reportedSteps = 0;

  constructor(start: ThreadStart, ports: DriverPorts) {
    this.#start = start;
    this.#ports = ports;
    this.#control = new Int32Array(start.control);
    this.#script = new ConsoleScript(start.steps);
  }

  /**
   * Runs the guest for about so long; the first time its machine is made before.
   *
   * @returns false when it is over, and its end posted
   */
  advance(time: Milliseconds): boolean {
    try {
      this.#machine ??= this.#createMachine();
      const end = this.#runSlice(this.#machine, time);
      if (!end) return true;
      this.#end(end, this.#machine);
    } catch (error) {
      this.#fail(error);
    }
    return false;
  }

  #createMachine(): Machine {
    const { config, disks, limits } = this.#start;
    const machine = this.#ports.monitor.createMachine(config, {
      memoryLimitBytes: limits.memoryBytes,
      console: { write: (byte) => this.#print(byte) },
      disks: new Map(disks.map(({ name, bytes }) => [name, this.#ports.openDisk(bytes)])),
    });
    freeImages(config);
    this.#script.attach(machine);
    return machine;
  }

  #end(end: RunEnd, machine: Machine): void {
    this.#flush(machine, true);
    const report = this.#report(end, machine);
    machine.dispose();
    this.#ports.post({ type: "end", report });
  }

  /** A failure of the image is the submission's; a memory without room is not. */
  #fail(error: unknown): void {
    if (!this.#machine && error instanceof Failure && !error.code.startsWith("machine-memory-")) {
      const { message, hint } = error;
      const report = this.#report({ kind: "bad-image", message, hint });
      this.#ports.post({ type: "end", report });
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    // Where even that fails the thread is not fit for anybody else's guest, and ends.
    this.#machine?.dispose();
    this.#ports.post({ type: "fault", message, stack });
  }

  /** @returns the end, where this slice came to it */
  #runSlice(machine: Machine, time: Milliseconds): RunEnd | undefined {
    const { limits } = this.#start;
    const began = this.#ports.now();
    const reason = runMachine(machine, Math.min(this.#slice, limits.instructions - machine.steps));
    const elapsed = this.#ports.now() - began;
    this.#slice = nextSlice(this.#slice, elapsed, time);
    this.#used += elapsed;
    this.#flush(machine, false);

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
    const isStopped = Atomics.load(this.#control, 0) === threadControl.stop;
    if (isStopped || this.#used > limits.wallClock) {
      return this.#cutOff("wall-clock", "the run took too long on the grading machine");
    }
    return undefined;
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

  #flush(machine: Machine, isLast: boolean): void {
    this.#flushConsole();
    const hasNews = this.#flushSteps();
    const now = this.#ports.now();
    if (!isLast && !hasNews && now - this.#progressAt < progressInterval) return;
    this.#progressAt = now;
    const step = this.#script.current?.index ?? this.#start.steps.length;
    this.#ports.post({ type: "progress", instructions: machine.retired, step, used: this.#used });
  }

  /** @returns whether there were any to report */
  #flushSteps(): boolean {
    const before = this.#reportedSteps;
    for (const [index, report] of this.#script.reports.entries()) {
      if (index >= this.#reportedSteps && report.state !== "not-reached") {
        this.#ports.post({ type: "step", index, report });
        this.#reportedSteps = index + 1;
      }
    }
    return this.#reportedSteps > before;
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
function runMachine(
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

/** Aims at a time, moving by no more than a factor of two. */
function nextSlice(slice: number, elapsed: Milliseconds, time: Milliseconds): number {
  const wanted = elapsed > 0 ? (slice * time) / elapsed : slice * 2;
  const bounded = Math.min(Math.max(wanted, slice / 2), slice * 2);
  return Math.round(Math.min(Math.max(bounded, shortestSlice), longestSlice));
}
