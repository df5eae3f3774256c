import type { RunEnd } from "../../../shared/schema/run-end.ts";
import {
  ConsoleScript,
  Failure,
  guestExits,
  type KnownContent,
  type Machine,
  type MachineConfig,
  type MachineResources,
  MigrationProblem,
  type Milliseconds,
  type Monitor,
  type StopReason,
} from "../../vmm/mod.ts";
import { freeImages } from "../free-images.ts";
import { Arrival } from "./arrival.ts";
import { type ClonePages, PageLost } from "./arriving-pages.ts";
import { Departure } from "./departure.ts";
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
import type { ArrivalOptions, DepartureOptions, MoveCommand } from "./move-protocol.ts";
import type { SavedDisk } from "./saved-disk.ts";
import { decodeSections, encodeSections } from "./section-list.ts";
import type { LentPages, ShelvedTemplate, TemplateShelf } from "./template-shelf.ts";
import {
  type BootImages,
  type RunMessage,
  type RunNumber,
  type RunReport,
  type SavedRun,
  type TemplateKey,
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
    restoreMachine: Monitor["restoreMachine"];
    stageMachine: Monitor["stageMachine"];
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
 * answer to what it needs to begin, one when there is something new on its line to another worker, or
 * none.
 */
export type AfterTurn = "more" | "release" | "answer" | "wait" | "nothing";

const pageBytes = 4096;
const shortestSlice = 100_000;
const firstSlice = 1_000_000;
const longestSlice = 50_000_000;
/** Of a guest that moves: its two sides should not wait for each other's turns. */
const movingTime: Milliseconds = 4;
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
 *
 * A guest that leaves for another worker, or of which pages are still on one, makes no checkpoints and
 * does not leave again before that is over.
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
  #departure: Departure | undefined;
  #arrival: Arrival | undefined;
  /** Of a run that comes from elsewhere, until it is here. */
  #arriving: DriverState | undefined;
  /** How the run ended while pages of it were still elsewhere: what it leaves cannot be told yet. */
  #openEnd: RunEnd | undefined;
  /** Pages of a template, while the run moves. */
  readonly #lent: LentPages[] = [];
  /** Of a clone, while pages of it may not have come yet. */
  #pages: ClonePages | undefined;
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
    if (start.arrival) this.#arrival = this.#expect(start.arrival);
  }

  /** Runs the guest for about so long; the first time its machine is made before. */
  advance(time: Milliseconds): AfterTurn {
    const wish = this.#turn(time);
    if (wish === "nothing" || !this.#isMoving)
      for (const one of this.#lent.splice(0)) one.giveBack();
    return wish;
  }

  #turn(time: Milliseconds): AfterTurn {
    try {
      const step = this.#move();
      if (step !== "more") return step;
      const machine = this.#machine ?? this.#begin();
      if (typeof machine === "string") return machine;
      this.#machine = machine;
      const wish = this.#isMoving || this.#openEnd ? "more" : this.#checkpoint(machine);
      if (wish !== "more") return wish;
      const end = this.#openEnd ?? this.#runSlice(machine, time);
      if (!end) return this.#arrival?.mayRun === false ? "wait" : "more";
      return this.#endOrLeave(end, machine);
    } catch (error) {
      this.#fail(error);
    }
    return "nothing";
  }

  /** A word of the main thread about the run's move. */
  hear(command: MoveCommand): void {
    if (command.type === "depart") this.#depart(command.departure);
    else {
      this.#departure?.hear(command);
      this.#arrival?.hear(command);
    }
  }

  get #isMoving(): boolean {
    return this.#departure !== undefined || this.#arrival !== undefined;
  }

  /** @returns "more" where the guest may run on this thread now */
  #move(): AfterTurn {
    if (!this.#isMoving) return "more";
    if (Atomics.load(this.#control, 0) === threadControl.stop) return this.#abandonMove();
    return this.#arrival ? this.#arrive(this.#arrival) : this.#leave();
  }

  #abandonMove(): AfterTurn {
    this.#departure?.abandon();
    this.#arrival?.abandon();
    this.#machine?.dispose();
    this.#ports.post({ type: "fault", message: "it was dropped while it moved", stack: "" });
    return "nothing";
  }

  #depart(options: DepartureOptions): void {
    const { monitor, now, post } = this.#ports;
    const machine = this.#machine;
    if (!machine || this.#isMoving || this.#isHandedOver) {
      const problem = machine ? "it is on its way already" : "it has not begun";
      post({ type: "move", message: { type: "stayed", epoch: options.epoch, problem } });
      return;
    }
    if (!this.#complete(machine)) {
      const problem = "pages of its template are still on their way";
      post({ type: "move", message: { type: "stayed", epoch: options.epoch, problem } });
      return;
    }
    const { template, kin } = this.#start;
    const known = this.#borrow(template?.key ?? kin);
    this.#departure = new Departure(options, {
      ...{ machine, now },
      contents: known ? [known] : [],
      keepCode: () => monitor.keepCode(),
      driver: () => {
        this.#flush(machine, true);
        return encodeSections(this.#ownSections(this.#state(machine)));
      },
      post: (message) => post({ type: "move", message }),
    });
  }

  /** @returns the pages of a template that is here, for as long as the run moves */
  #borrow(key: TemplateKey | undefined): KnownContent | undefined {
    const lent = key === undefined ? undefined : this.#ports.shelf.lend(key);
    if (lent) this.#lent.push(lent);
    return lent?.content;
  }

  #leave(): AfterTurn {
    const departure = this.#departure as Departure;
    if (Atomics.load(this.#control, 0) === threadControl.handOver) departure.cancel();
    departure.step();
    if (!departure.isOver) return departure.mayRun ? "more" : "wait";
    this.#departure = undefined;
    const message = departure.outcome;
    if (message.type === "departed") this.#machine?.dispose();
    this.#ports.post({ type: "move", message });
    return message.type === "departed" ? "nothing" : "more";
  }

  #expect(options: ArrivalOptions): Arrival {
    const { monitor, now, post } = this.#ports;
    return new Arrival(options, {
      ...{ monitor, now },
      ramPages: this.#start.config.ramBytes / pageBytes,
      content: (name) => this.#borrow(name),
      resources: (driver) => {
        const sections = decodeSections(driver);
        this.#arriving = decodeDriverState(sections);
        const resources = this.#openResources();
        this.#restoreDisks(sections, this.#arriving);
        return resources;
      },
      post: (message) => post({ type: "move", message }),
    });
  }

  #arrive(arrival: Arrival): AfterTurn {
    arrival.step();
    const { failure } = arrival;
    if (arrival.isHere || failure?.isLost) this.#settle(arrival);
    if (failure) {
      arrival.dispose();
      this.#ports.post({ type: "move", message: failure });
      return "nothing";
    }
    if (arrival.isOver) {
      this.#arrival = undefined;
      this.#ports.post({ type: "move", message: { type: "complete" } });
      return "more";
    }
    if (this.#openEnd) return "wait";
    return arrival.mayRun ? "more" : "wait";
  }

  /** The run is here, once. */
  #settle(arrival: Arrival): void {
    const driver = this.#arriving;
    if (!driver) return;
    this.#arriving = undefined;
    this.#takeUp(driver, arrival.machine);
    this.#checkpoints.plan(arrival.machine);
    const { epoch } = arrival;
    const { retired: instructions } = arrival.machine;
    this.#ports.post({ type: "move", message: { type: "arrived", epoch, driver, instructions } });
  }

  #restoreDisks(sections: ReadonlyMap<string, Uint8Array>, state: DriverState): void {
    for (const name of state.disks) {
      this.#disks.get(name)?.replaceWritten(writtenPages(sections, name));
    }
  }

  #takeUp(state: DriverState, machine: Machine): void {
    this.#script = new ConsoleScript(this.#start.steps, state.script);
    this.#script.attach(machine);
    this.#consoleBytes = state.consoleBytes;
    this.#reportedSteps = state.reportedSteps;
    this.#used = state.used;
    this.#machine = machine;
  }

  /** A run that ends while it leaves stays for that; one that is not here whole yet waits. */
  #endOrLeave(end: RunEnd, machine: Machine): AfterTurn {
    this.#openEnd = end;
    if (this.#arrival) return "wait";
    if (!this.#complete(machine)) return "answer";
    if (this.#departure) {
      this.#departure.cancel();
      return "more";
    }
    this.#end(end, machine);
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

  #clone(template: ShelvedTemplate): Machine {
    const { machine: origin, driver, console, disks } = template;
    this.#pages = this.#template?.pagesOf(template);
    const pages = this.#pages && { pageSource: this.#pages };
    const machine = origin.fork({ ...this.#openResources(), ...pages });
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
      this.#restoreDisks(resume.sections, state);
      this.#takeUp(state, machine);
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
    // The next turn comes to it again.
    if (!this.#complete(machine)) return "more";
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

  /** @returns whether the machine has all its pages, or has them now */
  #complete(machine: Machine): boolean {
    if (!this.#pages) return true;
    if (!this.#pages.mayComplete()) return false;
    this.#pages.complete(machine);
    this.#pages = undefined;
    return true;
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
    if (error instanceof PageLost) {
      this.#machine?.dispose();
      this.#ports.post({ type: "unusable", message: error.message });
      return;
    }
    if (this.#arrival && !this.#machine) {
      this.#arrival.abandon();
      const problem = error instanceof Error ? error.message : String(error);
      const failed = { type: "failed", isLost: false, epoch: 0, problem } as const;
      this.#ports.post({ type: "move", message: failed });
      return;
    }
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
      // One that waits for the pages of its machine is late.
      this.#isMoving || this.#pages
        ? Number.POSITIVE_INFINITY
        : this.#checkpoints.remaining(machine),
    );
    const slice = this.#departure?.instructionsOf(this.#slice) ?? this.#slice;
    const reason = this.#runMachine(machine, Math.min(slice, until));
    const elapsed = this.#ports.now() - began;
    const aim = this.#isMoving ? Math.min(time, movingTime) : time;
    // One that is held back says nothing about how long its usual slice takes.
    if (slice === this.#slice) this.#slice = nextSlice(this.#slice, elapsed, aim);
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
        this.#arrival?.demand(reason.page);
        if (this.#pages) machine.ram.supply(reason.page, this.#pages.fetch(reason.page));
        break;
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

  /** A device that waits for a page which never comes: the next look at the move says so. */
  #runMachine(machine: Machine, instructions: number): ReturnType<typeof runMachine> {
    try {
      return runMachine(machine, instructions);
    } catch (error) {
      const isLost = error instanceof MigrationProblem && this.#arrival !== undefined;
      if (!isLost) throw error;
      return { kind: "stopped" };
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
