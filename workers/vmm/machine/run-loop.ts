/**
 * The loop that lets the harts of one VM run, by turns with the events that come due.
 *
 * In virtual time every event happens after an exact number of steps, so neither slicing nor the
 * host's speed can be seen by the guest.
 */
import type { EventQueue } from "../base/event-queue.ts";
import type { ExitCategory } from "../base/exits.ts";
import type { Bytes, Instructions } from "../base/units.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import type { Hart } from "../hart/hart.ts";
import { stepsUntilOverflow } from "../hart/steps-until-overflow.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import type { Engine } from "../interpreter/engine.ts";
import { AbsentPage } from "../memory/absent-page.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import type { ExitTimer } from "./exit-timer.ts";
import type { GuestClock } from "./guest-clock.ts";
import type { HartSchedule } from "./hart-schedule.ts";
import type { StopReason } from "./stop-reason.ts";

/** Host time is looked at least this often; events come this late at the most. */
const hostSlice: Instructions = 200_000;
const largestSlice: Instructions = 2 ** 30;
/**
 * A few instructions can have devices and firmware move megabytes. One call of `run` comes back
 * after about this much, so that its driver stays in charge, whatever the guest asks for.
 */
const mostMoved: Bytes = 2 ** 26;

export interface RunLoopParts {
  readonly engine: Engine;
  readonly harts: readonly Hart[];
  readonly ram: GuestRam;
  readonly clock: GuestClock;
  readonly events: EventQueue;
  readonly schedule: HartSchedule;
  readonly exitTimer: ExitTimer | undefined;
  /** Gives back pages of zeros. */
  sweep(): void;
  /** Where a debugger wants the machine to stop. */
  takeStop(hart: Hart): StopReason | undefined;
  /** Whether the next instruction is executed without a debugger's mark, and the ones behind it with theirs. */
  isPassing(): boolean;
  endPass(): void;
  /** The guest wrote to its watched page. */
  onWatched(): void;
}

export class RunLoop {
  readonly #parts: RunLoopParts;
  #ended: FinisherRequest | undefined;
  #stopAsked = false;
  /** What the last instruction needed and did not find. */
  #absentPage: number | undefined;
  /** What devices may have moved when the present call of `run` comes back. */
  #movedEnd: Bytes = Number.POSITIVE_INFINITY;

  constructor(parts: RunLoopParts) {
    this.#parts = parts;
  }

  /** How the guest has switched itself off, where it has. */
  get ended(): FinisherRequest | undefined {
    return this.#ended;
  }

  restore(ended: FinisherRequest | undefined): void {
    this.#ended = ended;
  }

  run(instructions: Instructions): StopReason {
    const { engine, clock, events, ram, schedule, exitTimer, sweep, takeStop } = this.#parts;
    const target = clock.steps + instructions;
    this.#movedEnd = ram.moved + mostMoved;
    let leftFor: ExitCategory = "budget";
    for (;;) {
      clock.followHost();
      events.advanceTo(clock.now);
      if (ram.isSweepDue) sweep();
      if (this.#ended) return this.#ended;
      if (this.#stopAsked) {
        this.#stopAsked = false;
        return { kind: "stopped" };
      }
      if (ram.moved > this.#movedEnd) return { kind: "budget" };
      const hart = schedule.next();
      if (!hart) {
        const reason = this.#idle();
        if (reason) return reason;
        continue;
      }
      const left = target - clock.steps;
      if (left <= 0) return { kind: "budget" };
      const untilEvent = Math.max(0, events.nextDeadline() - clock.now);
      const slice = clock.isVirtual ? largestSlice : hostSlice;
      const untilOverflow = stepsUntilOverflow(hart);
      const most = Math.min(left, untilEvent, slice, schedule.quantumLeft, untilOverflow);
      const budget = this.#parts.isPassing() ? Math.min(most, 1) : most;
      exitTimer?.enters(leftFor, hart);
      const code = this.execute(hart, budget, engine.execute);
      exitTimer?.leaves();
      leftFor = code === stopCodes.idle ? "wfi" : "budget";
      if (this.#absentPage !== undefined) {
        hart.countExit("memory.remote");
        return { kind: "absent", page: this.#absentPage };
      }
      if (code === stopCodes.idle) schedule.wait();
      if (code === stopCodes.turn) schedule.yield();
      // Slices that the driver cuts are no exits of the guest; events and ends of a turn are.
      const isEvent = clock.now >= events.nextDeadline();
      const isTurn = schedule.quantumLeft <= 0;
      if (code === stopCodes.budget && (isEvent || isTurn)) hart.countExit("budget");
      const stop = takeStop(hart);
      if (stop) return stop;
    }
  }

  /** Lets one hart run. @returns the stop code */
  execute(hart: Hart, budget: Instructions, act: (hart: number) => number): number {
    const { engine, clock, schedule, onWatched } = this.#parts;
    const before = clock.steps;
    hart.set("stopRequest", stopCodes.budget);
    schedule.noteTurns();
    clock.grant(hart, budget);
    const code = this.#executeUntilAbsent(hart, act);
    this.#parts.endPass();
    clock.settle();
    if (hart.get("countersArmed") !== 0) engine.updateCounters(hart.address);
    schedule.use(clock.steps - before);
    // Not `code`: a single step has none.
    if (hart.get("stopRequest") === stopCodes.watched) onWatched();
    return code;
  }

  /** `run` comes back after the present instruction. */
  stop(): void {
    this.#stopAsked = true;
    this.#interrupt();
  }

  /** The guest switches itself off. */
  end(request: FinisherRequest): void {
    this.#ended = request;
    this.#interrupt();
  }

  /** Another hart was sent an interrupt. */
  yield(): void {
    const { harts, schedule } = this.#parts;
    if (harts.length === 1) return;
    schedule.yield();
    this.#interrupt();
  }

  /** What stops the run already lets it come by the sweep, too. */
  leaveForSweep(): void {
    const hart = this.#parts.schedule.current;
    if (hart.get("stopRequest") === stopCodes.budget) this.#interrupt();
  }

  /** A device access may have woken a hart, or armed an alarm that is due before the budget ends. */
  afterDeviceAccess(): void {
    const { schedule, ram, clock, events } = this.#parts;
    schedule.noteTurns();
    const hasMovedEnough = ram.moved > this.#movedEnd;
    clock.limitTo(hasMovedEnough ? clock.now : events.nextDeadline());
  }

  /** The instruction that needs an absent page has not been: what it did so far can be done again. */
  #executeUntilAbsent(hart: Hart, act: (hart: number) => number): number {
    this.#absentPage = undefined;
    try {
      return act(hart.address);
    } catch (failure) {
      if (!(failure instanceof AbsentPage)) throw failure;
      this.#absentPage = failure.page;
      hart.set("budget", hart.get("budget") + 1);
      return stopCodes.requested;
    }
  }

  /** All harts wait. @returns a reason to come back, or nothing when time has moved to an event */
  #idle(): StopReason | undefined {
    const { clock, events } = this.#parts;
    const deadline = events.nextDeadline();
    if (!Number.isFinite(deadline)) return { kind: "idle" };
    if (!clock.isVirtual) return { kind: "idle", wakeAt: deadline };
    clock.skipTo(deadline);
    return undefined;
  }

  /** Comes back from generated code after the present instruction. */
  #interrupt(): void {
    this.#parts.schedule.current.set("stopRequest", stopCodes.requested);
  }
}
