import type { RunEnd } from "../../../shared/schema/run-end.ts";
import {
  ConsoleScript,
  Failure,
  guestExits,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type MachineState,
  type Milliseconds,
  type RamContent,
  type StopReason,
} from "../../vmm/mod.ts";
import { freeImages } from "../free-images.ts";
import { addWrittenPages, writtenPages } from "./disk-sections.ts";
import {
  type DriverState,
  decodeDriverState,
  driverSection,
  encodeDriverState,
} from "./driver-state.ts";
import { GuestCheckpoints } from "./guest-checkpoints.ts";
import { GuestTemplate } from "./guest-template.ts";
import { machineOfSaved } from "./machine-of-saved.ts";
import type { SavedDisk } from "./saved-disk.ts";
import type { ShelvedTemplate, TemplateShelf } from "./template-shelf.ts";
import {
  type BootImages,
  type RunMessage,
  type RunNumber,
  type RunReport,
  type SavedRun,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";

/** What the driver needs of its thread. */
export interface DriverPorts {
  readonly run: RunNumber;
  /** The thread's templates. */
  readonly shelf: TemplateShelf;
  readonly monitor: {
    createMachine(config: MachineConfig, resources: MachineResources): Machine;
    restoreMachine(state: MachineState, ram: RamContent, resources: MachineResources): Machine;
    useKeptCode(code: Uint8Array): void;
    keepCode(): Uint8Array;
  };
  openDisk(bytes: Uint8Array): SavedDisk;
  post(message: RunMessage): void;
  /** Host milliseconds, to keep slices short; no guest ever sees them. */
  now(): Milliseconds;
}

/**
 * What a guest wants after its turn: another one, one when its checkpoint is released, one when it has an
 * answer to what it needs to begin, or none.
 */
export type AfterTurn = "more" | "release" | "answer" | "nothing";

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
 *     while (driver.advance(10) === "more");
 *
 * A guest that misbehaves is an `end` message; an exception of the monitor is a `fault`.
 *
 * Checkpoints are made at fixed numbers of steps, so they are the same ones in each run. While the last
 * one is still being read the guest goes on until the next one is due, and then waits.
 */
export class GuestDriver {
  readonly #start: ThreadStart;
  readonly #ports: DriverPorts;
  readonly #control: Int32Array;
  readonly #checkpoints: GuestCheckpoints;
  readonly #disks = new Map<string, SavedDisk>();
  readonly #template: GuestTemplate | undefined;
  #config: MachineConfig;
  #script: ConsoleScript;
  #hasBegun = false;
  #images: "not asked for" | "asked for" | "here" = "not asked for";
  #isHandedOver = false;
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
    this.#config = start.config;
    const { template } = start;
    const { restoreMachine } = ports.monitor;
    this.#template =
      template &&
      new GuestTemplate(start, template, {
        ...{ run: ports.run, shelf: ports.shelf, post: ports.post },
        restoreMachine: restoreMachine.bind(ports.monitor),
      });
    this.#script = new ConsoleScript(start.steps);
    this.#checkpoints = new GuestCheckpoints(start.checkpointEvery);
  }

  /** Runs the guest for about so long; the first time its machine is made before. */
  advance(time: Milliseconds): AfterTurn {
    try {
      const machine = this.#machine ?? this.#begin();
      if (typeof machine === "string") return machine;
      this.#machine = machine;
      const wish = this.#checkpoint(machine);
      if (wish !== "more") return wish;
      const end = this.#runSlice(machine, time);
      if (!end) return "more";
      this.#end(end, machine);
    } catch (error) {
      this.#fail(error);
    }
    return "nothing";
  }

  /** Whether frames of a checkpoint are still held, also when the run is over. */
  get isHeld(): boolean {
    return this.#checkpoints.isHeld;
  }

  /** The last checkpoint was read, and is kept or not. */
  release(isKept: boolean): void {
    this.#checkpoints.release(isKept);
  }

  /** The images that it asked for. */
  giveImages(images: BootImages): void {
    this.#config = { ...this.#config, boot: { ...this.#config.boot, ...images } };
    this.#images = "here";
  }

  /** The machine, or what the guest wants instead. */
  #begin(): Machine | "answer" | "nothing" {
    if (!this.#hasBegun) this.#useKeptCode();
    this.#hasBegun = true;
    if (this.#start.resume) return this.#resume(this.#start.resume) ?? "nothing";
    if (this.#images === "here") return this.#createMachine();
    if (this.#images === "asked for") return this.#wait();
    const wanted = this.#template?.wanted() ?? "itself";
    if (wanted === "wait") return this.#wait();
    if (wanted !== "itself") return this.#clone(wanted);
    if (!this.#start.lacksImages) return this.#createMachine();
    this.#images = "asked for";
    this.#ports.post({ type: "images-wanted" });
    return this.#wait();
  }

  /** Unless nobody wants the run any more. */
  #wait(): "answer" | "nothing" {
    if (Atomics.load(this.#control, 0) !== threadControl.stop) return "answer";
    this.#ports.post({ type: "end", report: this.#report({ kind: "wall-clock" }) });
    return "nothing";
  }

  #clone({ machine: origin, driver, console, disks }: ShelvedTemplate): Machine {
    const machine = origin.fork(this.#openResources());
    for (const [name, pages] of disks) this.#disks.get(name)?.replaceWritten(pages);
    this.#script = new ConsoleScript(this.#start.steps, driver.script);
    this.#script.attach(machine);
    this.#script.goOn();
    if (this.#start.checkpointEvery !== undefined) this.#checkpoints.begin(machine);
    this.#ports.post({ type: "from-template", instructions: machine.retired });
    this.#consoleBytes = driver.consoleBytes;
    if (console.length > 0) this.#ports.post({ type: "console", bytes: console.slice() });
    return machine;
  }

  /** Damaged ones are made anew; nothing but speed depends on them. */
  #useKeptCode(): void {
    const { keptCode } = this.#start;
    if (!keptCode) return;
    try {
      this.#ports.monitor.useKeptCode(keptCode);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  #createMachine(): Machine {
    const machine = this.#ports.monitor.createMachine(this.#config, this.#openResources());
    freeImages(this.#config);
    if (this.#template) this.#script = this.#template.script();
    this.#script.attach(machine);
    return machine;
  }

  #openResources(): MachineResources {
    const { disks, limits } = this.#start;
    for (const { name, bytes } of disks) {
      const disk = this.#ports.openDisk(bytes);
      this.#disks.set(name, this.#template?.watch(name, disk) ?? disk);
    }
    return {
      memoryLimitBytes: limits.memoryBytes,
      console: { write: (byte) => this.#print(byte) },
      disks: this.#disks,
    };
  }

  /** @returns undefined where nothing can be made of what was saved, which was posted then */
  #resume(resume: SavedRun): Machine | undefined {
    let machine: Machine | undefined;
    try {
      const state = decodeDriverState(resume.sections);
      const { machine: saved, ram } = machineOfSaved(resume);
      machine = this.#ports.monitor.restoreMachine(saved, ram, this.#openResources());
      for (const name of state.disks) {
        this.#disks.get(name)?.replaceWritten(writtenPages(resume.sections, name));
      }
      this.#script = new ConsoleScript(this.#start.steps, state.script);
      this.#script.attach(machine);
      this.#consoleBytes = state.consoleBytes;
      this.#reportedSteps = state.reportedSteps;
      this.#used = state.used;
      this.#checkpoints.resume(machine);
      return machine;
    } catch (error) {
      const isFull = error instanceof Failure && error.code.startsWith("machine-memory-");
      if (isFull) throw error;
      machine?.dispose();
      const message = error instanceof Error ? error.message : String(error);
      this.#ports.post({ type: "unusable", message });
      return undefined;
    }
  }

  /** Takes a checkpoint where one is due or asked for. */
  #checkpoint(machine: Machine): AfterTurn {
    const wish = Atomics.load(this.#control, 0);
    const isLast = wish === threadControl.handOver;
    const isDue = this.#checkpoints.remaining(machine) <= 0;
    if (wish === threadControl.stop || !(isLast || isDue)) return "more";
    if (this.#checkpoints.isHeld) return "release";
    if (this.#isHandedOver) {
      machine.dispose();
      this.#ports.post({ type: "handed-over" });
      return "nothing";
    }
    this.#flush(machine, true);
    const sections = this.#ownSections(this.#state(machine));
    this.#ports.post(this.#checkpoints.take(machine, sections, this.#consoleBytes));
    this.#isHandedOver = isLast;
    return isLast ? "release" : "more";
  }

  #state(machine: Machine): DriverState {
    const written = [...this.#disks].filter(([, disk]) => disk.written().length > 0);
    return {
      script: this.#script.save(),
      consoleBytes: this.#consoleBytes,
      reportedSteps: this.#reportedSteps,
      used: this.#used,
      retired: machine.retired,
      disks: written.map(([name]) => name),
    };
  }

  #ownSections(state: DriverState): Map<string, Uint8Array> {
    const sections = new Map<string, Uint8Array>();
    for (const name of state.disks) {
      addWrittenPages(sections, name, this.#disks.get(name)?.written() ?? []);
    }
    return sections.set(driverSection, encodeDriverState(state));
  }

  /** The script has paused where the template ends. */
  #makeTemplate(machine: Machine): void {
    // The same bytes, whoever makes it.
    const state: DriverState = { ...this.#state(machine), reportedSteps: 0, used: 0 };
    this.#template?.make(machine, state, this.#ownSections(state));
    this.#script.goOn();
  }

  #end(end: RunEnd, machine: Machine): void {
    this.#flush(machine, true);
    const report = this.#report(end, machine);
    machine.dispose();
    const { keepsCode } = this.#start;
    if (keepsCode) this.#ports.post({ type: "code", bytes: this.#ports.monitor.keepCode() });
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
    const until = Math.min(
      limits.instructions - machine.steps,
      this.#checkpoints.remaining(machine),
    );
    const reason = runMachine(machine, Math.min(this.#slice, until));
    const elapsed = this.#ports.now() - began;
    this.#slice = nextSlice(this.#slice, elapsed, time);
    this.#used += elapsed;
    if (this.#script.isPaused) this.#makeTemplate(machine);
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
      case "absent":
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
    this.#template?.note(byte);
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
      // Checkpoints cause some, which are no part of a result that anybody can repeat.
      exits: machine ? guestExits(machine.exitCounts()) : {},
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
