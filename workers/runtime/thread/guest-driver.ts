import type { RunEnd } from "../../../shared/schema/run-end.ts";
import {
  Failure,
  type Machine,
  type MachineResources,
  type Milliseconds,
  TranslationTrap,
} from "../../vmm/mod.ts";
import { PageLost } from "./arriving-pages.ts";
import type { DebugCommand } from "./debug-protocol.ts";
import type { DiskPieces } from "./disk-pieces.ts";
import type { DriverPorts } from "./driver-ports.ts";
import type { DriverState } from "./driver-state.ts";
import { GuestBeginning } from "./guest-beginning.ts";
import { GuestCheckpoints } from "./guest-checkpoints.ts";
import { GuestDebug } from "./guest-debug.ts";
import { GuestDisks } from "./guest-disks.ts";
import { GuestExits } from "./guest-exits.ts";
import { GuestMove } from "./guest-move.ts";
import { GuestRecord } from "./guest-record.ts";
import { GuestSlices } from "./guest-slices.ts";
import { GuestTemplate } from "./guest-template.ts";
import { GuestVoice } from "./guest-voice.ts";
import type { MoveCommand } from "./move-protocol.ts";
import { runEndOf } from "./run-end-of.ts";
import { type BootImages, type ThreadStart, threadControl } from "./thread-protocol.ts";

/**
 * What a guest wants after its turn: another one, one when its checkpoint is released, one when it has an
 * answer to what it needs to begin, one when there is something new on its line to another worker, or
 * none.
 */
export type AfterTurn = "more" | "release" | "answer" | "wait" | "nothing";

type DepartCommand = Extract<MoveCommand, { type: "depart" }>;

const pageBytes = 4096;
/** Of a guest that moves: its two sides should not wait for each other's turns. */
const movingTime: Milliseconds = 4;

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
  readonly #template: GuestTemplate | undefined;
  readonly #voice: GuestVoice;
  readonly #disks = new GuestDisks();
  readonly #checkpoints: GuestCheckpoints;
  readonly #beginning: GuestBeginning;
  readonly #guestMove: GuestMove;
  readonly #debug: GuestDebug;
  #isHandedOver = false;
  /** It is to leave when its machine is here whole. */
  #departs: DepartCommand | undefined;
  /** How the run ended while pages of it were still elsewhere: what it leaves cannot be told yet. */
  #openEnd: RunEnd | undefined;
  #machine: Machine | undefined;
  readonly #slices: GuestSlices;
  readonly #record: GuestRecord;
  readonly #exits: GuestExits | undefined;

  constructor(start: ThreadStart, ports: DriverPorts) {
    this.#start = start;
    this.#ports = ports;
    this.#control = new Int32Array(start.control);
    const { template } = start;
    const { restoreMachine } = ports.monitor;
    this.#template =
      template &&
      new GuestTemplate(start, template, {
        ...{ run: ports.run, shelf: ports.shelf, post: ports.post },
        restoreMachine: restoreMachine.bind(ports.monitor),
      });
    this.#exits = ports.clock && new GuestExits(ports, ports.clock);
    const { profile, before } = start;
    if (before) this.#exits?.ledger.begin(before);
    this.#debug = new GuestDebug((message) => ports.post({ type: "debug", message }), start.debug);
    this.#slices = new GuestSlices(profile, { debug: this.#debug, now: ports.now });
    this.#voice = new GuestVoice(start, {
      ...{ post: ports.post, now: ports.now },
      onByte: (byte) => this.#template?.note(byte),
      onDecided: (index, machine) => this.#exits?.decided(index, machine),
    });
    this.#checkpoints = new GuestCheckpoints(start.checkpointEvery);
    this.#beginning = new GuestBeginning({
      ...{ start, ports, template: this.#template },
      ...{ voice: this.#voice, disks: this.#disks, checkpoints: this.#checkpoints },
      resources: (state) => this.#openResources(state),
      takeUp: (machine, state) => this.#takeUp(machine, state),
      takeProfile: (stacks) => this.#slices.profiler?.add(stacks),
    });
    this.#record = new GuestRecord({
      ...{ voice: this.#voice, disks: this.#disks, slices: this.#slices },
      ...{ debug: this.#debug, exits: this.#exits },
    });
    this.#guestMove = this.#makeMove();
  }

  /** Runs the guest for about so long; the first time its machine is made before. */
  advance(time: Milliseconds): AfterTurn {
    const wish = this.#exits ? this.#exits.duringTurn(() => this.#turn(time)) : this.#turn(time);
    if (wish === "nothing" || !this.#guestMove.isUnderWay) this.#guestMove.giveBack();
    return wish;
  }

  #turn(time: Milliseconds): AfterTurn {
    try {
      const step = this.#move();
      if (step !== "more") return step;
      const machine = this.#machine ?? this.#begin();
      if (typeof machine === "string") return machine;
      if (!this.#machine) this.#debug.begin(machine);
      this.#machine = machine;
      this.#departIfWhole();
      const isBusy = this.#guestMove.isUnderWay || this.#openEnd !== undefined;
      const wish = isBusy ? "more" : this.#checkpoint(machine);
      if (wish !== "more") return wish;
      if (this.#isHeld(machine)) return this.#guestMove.isLeaving ? "more" : "wait";
      const end = this.#openEnd ?? this.#runSlice(machine, time);
      if (!end) return this.#guestMove.waitsForPage ? "wait" : "more";
      return this.#endOrWait(end, machine);
    } catch (error) {
      this.#fail(error);
    }
    return "nothing";
  }

  /** A word of the run's debugger. */
  hearDebugger(command: DebugCommand): void {
    // Here is nothing to look at any more; what is not answered is asked again.
    if (this.#guestMove.isStanding) return;
    this.#debug.hear(command, this.#machine);
  }

  /** Whether the guest stands still for its debugger: in no time of its own, nor of its limits. */
  #isHeld(machine: Machine): boolean {
    if (this.#openEnd || !this.#debug.isAttached) return false;
    if (Atomics.load(this.#control, 0) === threadControl.stop) {
      this.#debug.leave(machine, undefined);
      return false;
    }
    if (this.#debug.used > this.#start.limits.wallClock) {
      this.#debug.leave(machine, "the guest has run for too long under it");
    }
    const isHeld = this.#debug.holds(machine);
    // With the points that it may have then, the guest may be a hundred times slower.
    if (isHeld) this.#slices.beginAgain();
    return isHeld;
  }

  /** A word of the main thread about the run's move. It leaves when its machine is here whole. */
  hear(command: MoveCommand): void {
    if (command.type === "depart" && this.#beginning.isOpen) this.#departs = command;
    else if (command.type === "cancel" && this.#departs) this.#stay(this.#departs);
    else this.#guestMove.hear(command, this.#machine);
  }

  #stay({ departure: { epoch } }: DepartCommand): void {
    this.#departs = undefined;
    const problem = "pages of it are still on their way from the store";
    this.#ports.post({ type: "move", message: { type: "stayed", epoch, problem } });
  }

  #departIfWhole(): void {
    const departs = this.#departs;
    if (!departs || !this.#machine || !this.#beginning.complete(this.#machine)) return;
    this.#departs = undefined;
    this.#guestMove.hear(departs, this.#machine);
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
    this.#beginning.giveImages(images);
  }

  /** Pages that its machine has begun without have come. */
  takePages(pages: Uint32Array, content: Uint8Array): void {
    this.#beginning.takePages(pages, content);
  }

  /** The others do not come. */
  losePages(): void {
    this.#beginning.losePages();
  }

  #makeMove(): GuestMove {
    const { config, arrival, template, kin } = this.#start;
    const parts = {
      kin: template?.key ?? kin,
      ports: this.#ports,
      ramPages: config.ramBytes / pageBytes,
      obstacle: (machine: Machine) => {
        if (this.#isHandedOver) return "it goes by a checkpoint already";
        return this.#beginning.complete(machine) ? undefined : "it is not here whole";
      },
      leave: () => this.#disks.leave(),
      sections: (machine: Machine, disks: DiskPieces) => {
        this.#voice.flush(machine, this.#slices.used, true);
        return this.#record.sections(this.#record.state(machine), disks);
      },
      rehearse: (machine: Machine) => this.#record.stateSection(machine),
      takeAhead: (piece: Uint8Array) => this.#disks.takeAhead(piece, this.#start.disks),
      onLeft: () => {
        // Not before: nobody waits for it, and the guest would stand still meanwhile.
        if (this.#machine) this.#exits?.tell(this.#machine, this.#voice.script);
      },
      resources: (sections: ReadonlyMap<string, Uint8Array>, state: DriverState) => {
        const resources = this.#openResources(state);
        this.#disks.restore(sections, state);
        return resources;
      },
      takeUp: (machine: Machine, state: DriverState) => {
        this.#takeUp(machine, state);
        this.#checkpoints.plan(machine);
      },
      isHandedOver: () => Atomics.load(this.#control, 0) === threadControl.handOver,
    };
    return new GuestMove(parts, arrival);
  }

  /** @returns "more" where the guest may run on this thread now */
  #move(): AfterTurn {
    if (!this.#guestMove.isUnderWay) return "more";
    if (Atomics.load(this.#control, 0) === threadControl.stop) {
      this.#guestMove.abandon();
      this.#machine?.dispose();
      this.#ports.post({ type: "fault", message: "it was dropped while it moved", stack: "" });
      return "nothing";
    }
    this.#exits?.ledger.spendOn("paused");
    const step = this.#guestMove.step();
    this.#exits?.ledger.spendOn("driver");
    return step === "over" ? "nothing" : step;
  }

  /** The machine, or what the guest wants instead. */
  #begin(): Machine | "answer" | "nothing" {
    const machine = this.#beginning.begin();
    const isStopped = Atomics.load(this.#control, 0) === threadControl.stop;
    if (machine !== "answer" || !isStopped) return machine;
    // Nobody wants the run any more.
    this.#ports.post({ type: "end", report: this.#voice.report({ kind: "wall-clock" }) });
    return "nothing";
  }

  /** @param state of a run that goes on */
  #openResources(state?: DriverState): MachineResources {
    const { disks, limits } = this.#start;
    const open = (bytes: Uint8Array) => this.#ports.openDisk(bytes);
    const opened = this.#disks.open(disks, open, (name, disk) => {
      return this.#template?.watch(name, disk) ?? disk;
    });
    return {
      memoryLimitBytes: limits.memoryBytes,
      console: { write: (byte) => this.#voice.print(byte) || this.#machine?.stop() },
      disks: opened,
      translates: this.#voice.isTranslated && !state?.withoutTranslation,
      ...(this.#ports.clock && { stopwatch: this.#ports.clock.now }),
    };
  }

  #takeUp(machine: Machine, state: DriverState): void {
    this.#machine = machine;
    // Of a checkpoint the debugger may be long gone; where it is not, it waits for the guest here.
    this.#record.takeUp(machine, state, this.#start.arrival && state.debug);
  }

  /** Takes a checkpoint where one is due or asked for. */
  #checkpoint(machine: Machine): AfterTurn {
    const wish = Atomics.load(this.#control, 0);
    const isLast = wish === threadControl.handOver;
    const isDue = this.#checkpoints.remaining(machine) <= 0;
    if (wish === threadControl.stop || !(isLast || isDue)) return "more";
    // The next turn comes to it again. What changes are counted from has the pages that are not here.
    if (this.#checkpoints.isWholeNext && !this.#beginning.complete(machine)) return "more";
    if (this.#checkpoints.isHeld) return "release";
    if (this.#isHandedOver) {
      machine.dispose();
      this.#ports.post({ type: "handed-over" });
      return "nothing";
    }
    this.#voice.flush(machine, this.#slices.used, true);
    if (isLast) this.#exits?.tell(machine, this.#voice.script);
    this.#exits?.ledger.spendOn("paused");
    const began = this.#ports.now();
    machine.pause();
    const sections = this.#record.sections(this.#record.state(machine));
    const taken = this.#checkpoints.take(machine, sections, this.#voice.consoleBytes);
    this.#ports.post({ ...taken, pause: this.#ports.now() - began });
    this.#exits?.wasDirtied(this.#checkpoints.dirtied, this.#slices.used);
    this.#exits?.ledger.spendOn("driver");
    this.#isHandedOver = isLast;
    return isLast || this.#start.standsForCheckpoints ? "release" : "more";
  }

  /** The script has paused where the template ends. */
  #makeTemplate(machine: Machine): void {
    const state = this.#record.templateState(machine);
    const sections = this.#record.sections(state);
    this.#debug.without(machine, () => this.#template?.make(machine, state, sections));
    this.#voice.script.goOn();
  }

  /** A run that ends while it leaves stays for that; one that is not here whole yet waits. */
  #endOrWait(end: RunEnd, machine: Machine): AfterTurn {
    this.#openEnd = end;
    if (this.#guestMove.isArriving) return "wait";
    if (!this.#beginning.complete(machine)) return "answer";
    if (this.#guestMove.isUnderWay) {
      this.#guestMove.callOff();
      return "more";
    }
    this.#voice.flush(machine, this.#slices.used, true);
    const report = this.#voice.report(end, machine);
    this.#exits?.tell(machine, this.#voice.script);
    machine.dispose();
    const folded = this.#slices.profiler?.folded();
    if (folded !== undefined) this.#ports.post({ type: "profile", folded });
    this.#leaveCode();
    this.#ports.post({ type: "end", report });
    return "nothing";
  }

  #leaveCode(): void {
    if (!this.#start.keepsCode) return;
    try {
      this.#ports.post({ type: "code", bytes: this.#ports.monitor.keepCode() });
    } catch {
      // The host has no memory for all of it at once: the next worker translates for itself.
    }
  }

  /** A failure of the image is the submission's; a memory without room is not. */
  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof PageLost) {
      this.#machine?.dispose();
      this.#ports.post({ type: "unusable", message, lacksPages: true });
      return;
    }
    if (error instanceof TranslationTrap) {
      this.#machine?.dispose();
      this.#ports.post({ type: "translation-trap", message });
      return;
    }
    if (this.#guestMove.isArriving && !this.#machine) {
      this.#guestMove.refuse(message);
      return;
    }
    if (!this.#machine && error instanceof Failure && !error.code.startsWith("machine-memory-")) {
      const report = this.#voice.report({ kind: "bad-image", message, hint: error.hint });
      this.#ports.post({ type: "end", report });
      return;
    }
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    // Where even that fails the thread is not fit for anybody else's guest, and ends.
    this.#machine?.dispose();
    this.#ports.post({ type: "fault", message, stack });
  }

  /** @returns the end, where this slice came to it */
  #runSlice(machine: Machine, time: Milliseconds): RunEnd | undefined {
    const isMoving = this.#guestMove.isUnderWay;
    // One that waits for the pages of its machine is late.
    const isLate = isMoving || (this.#beginning.isOpen && this.#checkpoints.isWholeNext);
    const due = isLate ? Number.POSITIVE_INFINITY : this.#checkpoints.remaining(machine);
    this.#exits?.ledger.spendOn("running");
    const reason = this.#slices.run(machine, {
      aim: isMoving ? Math.min(time, movingTime) : time,
      most: Math.min(this.#start.limits.instructions - machine.steps, due),
      shareOf: (usual) => this.#guestMove.instructionsOf(usual),
      mayLosePages: this.#guestMove.isArriving,
    });
    this.#exits?.ledger.spendOn("driver");
    if (this.#voice.script.isPaused) this.#makeTemplate(machine);
    this.#voice.flush(machine, this.#slices.used, false);
    this.#exits?.tellNowAndThen(machine, this.#voice.script);
    if (reason.kind === "absent") {
      this.#guestMove.demand(reason.page);
      this.#beginning.supply(machine, reason.page);
    }
    return runEndOf(reason, {
      ...{ voice: this.#voice, limits: this.#start.limits, used: this.#slices.used },
      steps: machine.steps,
      isStopped: Atomics.load(this.#control, 0) === threadControl.stop,
    });
  }
}
