/**
 * Whether the machine of a local run executes, and everything that debuggers have set in it. One for
 * the whole run: it outlives the machines that a reboot replaces.
 *
 *     running ──pause(why)──▶ paused ──resume()──▶ running
 *
 * The driver asks `isPaused` before each slice and waits while it is; whoever pauses is told nothing,
 * whoever listens hears of every pause.
 */
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { startClock } from "../../host/clock.ts";
import { debugRegisters, type Machine, type StopReason, type Watchpoint } from "../../vmm/mod.ts";
import { TimeAccount } from "../time-account.ts";
import type { RunEvent } from "./run-event.ts";
import { emptyInventory, type RunInventory } from "./run-inventory.ts";
import { noSnapshots, type SnapshotCommands } from "./snapshot-commands.ts";

export type PauseReason =
  /** Somebody asked: a debugger, the monitor console, `-S`. */
  | { readonly kind: "asked" }
  | { readonly kind: "stepped"; readonly hart: number }
  | Extract<StopReason, { kind: "debug" }>;

/** In the words of QEMU's `info status`. */
export type RunStatus = "prelaunch" | "running" | "paused" | "debug" | "shutdown";

const noExits: ExitReport = {
  instructions: 0,
  rows: [],
  time: { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 },
};
const mostAlone = 1000;

type Listener = (why: PauseReason) => void;

export class RunControl {
  #machine: Machine | undefined;
  #pause: PauseReason | undefined;
  /** `pc` of the hart that came to a breakpoint or watchpoint. */
  #pausedAt: bigint | undefined;
  #breakpoints: ReadonlySet<bigint> = new Set();
  #watchpoints: readonly Watchpoint[] = [];
  #quitAsked: "monitor" | "qmp" | undefined;
  #isResetAsked = false;
  #hasBegun: boolean;
  #hasEnded = false;
  readonly #watchers = new Set<(event: RunEvent) => void>();
  readonly #listeners = new Set<Listener>();
  readonly #endListeners = new Set<(status: number) => void>();
  /** Lets a driver that waits look again. */
  onChange: () => void = () => {};
  /** The guest's clock, where it is the host's: it stands still while the machine does. */
  clock: { stop(): void; go(): void } | undefined;
  /** Whether somebody may still do something with a machine that waits for ever. */
  isAttended = false;
  /** What the run's time is spent on. */
  readonly account = new TimeAccount(startClock());
  /** What its machines' exits were and took. */
  exitReport: () => ExitReport = () => noExits;
  /** Saved states of the machine. */
  snapshots: SnapshotCommands = noSnapshots;
  /** What the run is made of. */
  inventory: RunInventory = emptyInventory;

  /** @param startsPaused `-S` */
  constructor(startsPaused: boolean) {
    this.#pause = startsPaused ? { kind: "asked" } : undefined;
    this.#hasBegun = !startsPaused;
  }

  /** The machine of now; the driver sets it at the start and after a reboot. */
  get machine(): Machine {
    if (this.#machine === undefined) throw new Error("the run has no machine yet");
    return this.#machine;
  }
  set machine(machine: Machine) {
    this.#machine = machine;
    if (this.#breakpoints.size > 0) machine.debug.setBreakpoints(this.#breakpoints);
    if (this.#watchpoints.length > 0) machine.debug.setWatchpoints(this.#watchpoints);
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  get pauseReason(): PauseReason | undefined {
    return this.#pause;
  }

  get status(): RunStatus {
    if (this.#hasEnded) return "shutdown";
    if (this.#pause === undefined) return "running";
    if (!this.#hasBegun) return "prelaunch";
    return this.#pause.kind === "asked" ? "paused" : "debug";
  }

  /** Who has asked for the end of the run, if anybody has. */
  get quitAsked(): "monitor" | "qmp" | undefined {
    return this.#quitAsked;
  }

  get breakpoints(): ReadonlySet<bigint> {
    return this.#breakpoints;
  }

  get watchpoints(): readonly Watchpoint[] {
    return this.#watchpoints;
  }

  setBreakpoints(addresses: ReadonlySet<bigint>): void {
    this.#breakpoints = addresses;
    this.machine.debug.setBreakpoints(addresses);
  }

  setWatchpoints(watchpoints: readonly Watchpoint[]): void {
    this.#watchpoints = watchpoints;
    this.machine.debug.setWatchpoints(watchpoints);
  }

  pause(why: PauseReason): void {
    this.clock?.stop();
    const wasRunning = this.#pause === undefined;
    this.#pause = why;
    if (wasRunning) this.tell({ kind: "stop" });
    this.#pausedAt = why.kind === "debug" ? this.#pc(why.hart) : undefined;
    for (const listener of this.#listeners) listener(why);
    this.onChange();
  }

  resume(): void {
    const stop = this.#passStop();
    if (stop !== undefined) {
      this.pause(stop);
      return;
    }
    const wasPaused = this.#pause !== undefined;
    this.#pause = undefined;
    this.#hasBegun = true;
    this.clock?.go();
    if (wasPaused) this.tell({ kind: "resume" });
    this.onChange();
  }

  /**
   * Lets one hart alone go on. gdb does so to get past a breakpoint, with another one behind it, so
   * a few instructions are tried first, without interrupts; a hart that goes on beyond them has to
   * be let go together with the others.
   */
  resumeAlone(hart: number): void {
    for (let done = 0; done < mostAlone; done++) {
      const stop = this.#stepHart(hart, false);
      const isThere = this.#breakpoints.has(this.#pc(hart) ?? 0n);
      if (stop?.kind === "debug" || isThere) {
        this.pause(stop?.kind === "debug" ? stop : { kind: "debug", hart });
        return;
      }
    }
    this.resume();
  }

  /** Goes past the instruction that was stopped for: it would stop the machine again. */
  #passStop(): PauseReason | undefined {
    const why = this.#pause;
    if (why?.kind !== "debug" || this.#pausedAt !== this.#pc(why.hart)) return undefined;
    const stop = this.#stepHart(why.hart, false);
    return stop?.kind === "debug" ? stop : undefined;
  }

  #stepHart(hart: number, lettingOthersRun: boolean): StopReason | undefined {
    const why = this.#pause;
    const passingWatchpoints =
      why?.kind === "debug" &&
      why.watchpoint !== undefined &&
      why.hart === hart &&
      this.#pausedAt === this.#pc(hart);
    return this.machine.debug.step(hart, { lettingOthersRun, passingWatchpoints });
  }

  #pc(hart: number): bigint | undefined {
    return this.machine.debug.readRegister(hart, debugRegisters.pc);
  }

  /** One instruction of a hart of a paused machine; what it leads to is a pause of its own. */
  step(hart: number, lettingOthersRun: boolean): void {
    const stop = this.#stepHart(hart, lettingOthersRun);
    this.pause(stop?.kind === "debug" ? stop : { kind: "stepped", hart });
  }

  /** Asks the driver to end the run. */
  quit(by: "monitor" | "qmp" = "monitor"): void {
    this.#quitAsked ??= by;
    this.onChange();
  }

  /** Asks the driver to start the machine again; a paused one stays paused. */
  reset(): void {
    this.#isResetAsked = true;
    this.onChange();
  }

  /** Whether a reset was asked for since the last call. */
  takeReset(): boolean {
    const isAsked = this.#isResetAsked;
    this.#isResetAsked = false;
    return isAsked;
  }

  /** The machine has no power button to press, so only those who manage it hear of it. */
  powerDown(): void {
    this.tell({ kind: "powerdown" });
  }

  /** @returns stops watching */
  watch(watcher: (event: RunEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  tell(event: RunEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }

  /** The run is over, with this exit status. */
  end(status: number): void {
    this.#hasEnded = true;
    for (const listener of this.#endListeners) listener(status);
  }

  /** @returns stops listening */
  listen(onPause: Listener, onEnd: (status: number) => void): () => void {
    this.#listeners.add(onPause);
    this.#endListeners.add(onEnd);
    return () => {
      this.#listeners.delete(onPause);
      this.#endListeners.delete(onEnd);
    };
  }
}
