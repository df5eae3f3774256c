/**
 * One VM: harts, RAM, board and clock, put together. `run-loop.ts` lets them run, `guest-calls.ts` is
 * what generated code calls, `saved-parts.ts` what is saved and hashed.
 */

import { EventQueue } from "../base/event-queue.ts";
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import type { HashStart } from "../base/hash-start.ts";
import { ramBase, romBase } from "../base/memory-map.ts";
import type { Timers } from "../base/timers.ts";
import { TranslationTrap } from "../base/translation-trap.ts";
import type { Bytes, Instructions, MachineAddress, Nanoseconds, Pages } from "../base/units.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import type { Hart } from "../hart/hart.ts";
import { SupervisorTimer } from "../hart/supervisor-timer.ts";
import { type CodeShare, noCode, type SavedCode } from "../interpreter/code-cache.ts";
import type { Engine } from "../interpreter/engine.ts";
import { pageOfSlot, slotOf } from "../memory/guest-map.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import type { RamPort } from "../memory/ram-port.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import { Board } from "./board.ts";
import type { ConsoleSink, Machine, MachineResources } from "./config.ts";
import type { DebugPort } from "./debug-port.ts";
import type { ExitPartCounts } from "./exit-parts.ts";
import { ExitTimer } from "./exit-timer.ts";
import { type ExitTimes, noExitTimes } from "./exit-times.ts";
import type { HtifPlace } from "./find-htif.ts";
import { GuestCalls } from "./guest-calls.ts";
import { GuestClock } from "./guest-clock.ts";
import { HartSchedule } from "./hart-schedule.ts";
import { Htif } from "./htif.ts";
import { MachineBacking } from "./machine-backing.ts";
import { MachineDebugger } from "./machine-debugger.ts";
import { MachineExitParts } from "./machine-exit-parts.ts";
import type { MachineHardware } from "./machine-hardware.ts";
import type { MachineOrigin, SavedOrigin } from "./machine-origin.ts";
import type { MachineState } from "./machine-state.ts";
import { resetHarts } from "./reset-harts.ts";
import { RunLoop } from "./run-loop.ts";
import { SavedParts } from "./saved-parts.ts";
import { Sbi } from "./sbi.ts";
import { SbiHartPort } from "./sbi-hart-port.ts";
import type { StopReason } from "./stop-reason.ts";
import { wireHarts } from "./wire-harts.ts";

const bootHart = 0;
const two32 = 2 ** 32;

/** What a VM needs of its monitor. */
export interface MonitorServices {
  readonly memory: MachineMemory;
  readonly engine: Engine;
  /** A page's pre-decoded records are to go. @returns true where TLBs may lead to them */
  readonly dropCode: (vm: VirtualMachine, slot: MachineAddress) => boolean;
  readonly onDispose: (vm: VirtualMachine) => void;
  /** A debugger of this VM has breakpoints at these offsets in pages. */
  readonly markBreakpoints: (vm: VirtualMachine, pageOffsets: ReadonlySet<number>) => void;
  /** Takes one mark away for a while, or puts it back. */
  readonly passBreakpoint: (vm: VirtualMachine, record: MachineAddress | undefined) => void;
  saveCode(vm: VirtualMachine, pageOf: (slot: MachineAddress) => number): SavedCode;
  restoreCode(vm: VirtualMachine, code: SavedCode, slotOf: (page: number) => MachineAddress): void;
  giveBackCode(share: CodeShare): void;
  /** Gives a new VM the code pages of another one; which page is where is the same in both. */
  adoptCode(vm: VirtualMachine, origin: VirtualMachine, distance: Bytes): void;
  /** Makes one more machine of this monitor, which shares with its origin what both leave alone. */
  fork(origin: VirtualMachine, saved: MachineOrigin, resources: MachineResources): Machine;
  /** Runs `body` with this VM as the one that callbacks of generated code belong to. */
  whileRunning<T>(vm: VirtualMachine, body: () => T): T;
}

export class VirtualMachine implements Machine {
  readonly harts: readonly [Hart, ...Hart[]];
  readonly #services: MonitorServices;
  readonly #backing: MachineBacking;
  readonly #ram: GuestRam;
  readonly #board: Board;
  readonly #events: EventQueue;
  readonly #clock: GuestClock;
  readonly #supervisorTimers: readonly SupervisorTimer[];
  readonly #schedule: HartSchedule;
  readonly #htif: Htif | undefined;
  readonly #sbiHarts: readonly SbiHartPort[];
  readonly #loop: RunLoop;
  readonly #saved: SavedParts;
  /** What generated code calls while this VM runs. */
  readonly calls: GuestCalls;
  readonly #hardware: MachineHardware;
  #isRunning = false;
  readonly #isTranslated: boolean;
  /** Since then nobody knows what the machine is. */
  #trap: TranslationTrap | undefined;
  #debugger: MachineDebugger | undefined;
  readonly #exitParts: MachineExitParts;
  readonly #exitTimer: ExitTimer | undefined;

  constructor(services: MonitorServices, origin: MachineOrigin, resources: MachineResources) {
    const isNew = origin.kind === "boot";
    const hardware = isNew ? origin.hardware : origin.state.hardware;
    const { engine } = services;
    this.#services = services;
    this.#hardware = hardware;
    this.#isTranslated = hardware.engine !== "interpret" && (resources.translates ?? true);
    this.#backing = new MachineBacking(hardware, isNew ? origin.plan : { segments: [] }, {
      ...services,
      limitBytes: resources.memoryLimitBytes,
      flush: (hart) => engine.flush(hart.address),
      dropCode: (slot) => services.dropCode(this, slot),
      // The images are placed before there is a loop, and swept when the run begins.
      onSweepDue: () => this.#loop?.leaveForSweep(),
      image: origin.kind === "saved" ? origin.ram : undefined,
      made: origin.kind === "staged" ? origin.backing : undefined,
      source: resources.pageSource,
    });
    this.harts = this.#backing.harts;
    this.#ram = this.#backing.ram;
    try {
      const hostNow = hardware.time === "host" ? resources.hostNow : undefined;
      this.#clock = new GuestClock(this.harts, hostNow);
      this.#events = new EventQueue(() => this.#clock.now);
      this.#exitParts = new MachineExitParts(this.harts, (hart) => this.#board.interrupting(hart));
      const { stopwatch } = resources;
      if (stopwatch) {
        const steps = () => this.#clock.steps;
        this.#exitTimer = new ExitTimer({ now: stopwatch, steps, parts: this.#exitParts });
        for (const hart of this.harts) this.#exitTimer.watch(hart);
      }
      this.#supervisorTimers = this.harts.map(
        (hart) => new SupervisorTimer({ hart, timers: this.#events }),
      );
      this.#board = new Board({
        hardware,
        resources,
        saved: isNew ? undefined : origin.state.devices,
        harts: this.harts,
        memory: this.#ram,
        timers: this.#events,
        onStop: (request) => this.#loop.end(request),
        onDoorbell: (device) => {
          this.#schedule.current.countExit("doorbell");
          this.#exitParts.doorbell(device);
        },
        onClaim: (device) => this.#exitParts.claimed(device),
        onInterHartInterrupt: () => this.#loop.yield(),
        onTimeSet: () => this.#followMachineTime(),
      });
      this.#sbiHarts = this.harts.map(
        (hart) =>
          new SbiHartPort(hart, {
            engine,
            isStarted: !hardware.hasSbi || hart.id === bootHart,
            onInterrupt: () => this.#loop.yield(),
          }),
      );
      this.#schedule = new HartSchedule(
        this.harts,
        (hart) => this.#sbiHarts[hart]?.status === "stopped",
      );
      const parts = {
        ...{ engine, harts: this.harts, ram: this.#ram, clock: this.#clock, events: this.#events },
        ...{ schedule: this.#schedule, board: this.#board, sbiHarts: this.#sbiHarts },
        ...{ exitTimer: this.#exitTimer, exitParts: this.#exitParts },
        supervisorTimers: this.#supervisorTimers,
      };
      this.#loop = new RunLoop({
        ...parts,
        sweep: () => this.#sweep(),
        takeStop: (hart) => this.#debugger?.takeStop(hart),
        isPassing: () => this.#debugger?.isPassing ?? false,
        endPass: () => this.#debugger?.endPass(),
        onWatched: () => this.#htif?.poll(),
      });
      const sbi = new Sbi({
        harts: this.#sbiHarts,
        memory: this.#ram,
        timer: {
          setCompare: (hart, low, high) => this.#supervisorTimers[hart]?.setCompare(low, high),
        },
        console: {
          write: (byte) => resources.console.write(byte),
          takeInput: () => this.#board.uart.takeInput(),
        },
        stop: (request) => this.#loop.end(request),
        onCall: (extension, id) => this.#exitParts.hypercall(extension, id),
      });
      wireHarts(this.harts, this.#ram, hardware.hasSbi);
      if (isNew) {
        resetHarts(this.harts, origin.plan);
        if (hardware.hasSbi) sbi.handOver();
      }
      this.#htif = hardware.htif && this.#watchHtif(hardware.htif, resources.console);
      for (const hart of this.harts) {
        hart.set("translates", this.translates);
        hart.set("inlinesPrivileged", hardware.engine === "trap-and-emulate" ? 0 : 1);
        if (isNew) engine.selectContext(hart.address);
      }
      const { memory } = services;
      this.#saved = new SavedParts({
        ...{ ...parts, memory, hardware, htif: this.#htif, loop: this.#loop },
      });
      const debug = () => this.#debugger;
      this.calls = new GuestCalls({ ...parts, sbi, loop: this.#loop, debugger: debug });
    } catch (failure) {
      if (origin.kind === "staged") services.giveBackCode(origin.share);
      this.#backing.dispose();
      throw failure;
    }
  }

  get timers(): Timers {
    return this.#events;
  }

  get ramPages(): Pages {
    return this.#ram.pages;
  }

  get retired(): Instructions {
    const exceptions = this.harts.map((hart) => Number(hart.wide("exceptions")));
    return this.#clock.steps - exceptions.reduce((sum, count) => sum + count, 0);
  }

  get steps(): Instructions {
    return this.#clock.steps;
  }

  get now(): Nanoseconds {
    return this.#clock.now;
  }

  get ram(): RamPort {
    return this.#ram;
  }

  /** 1 where its hot code is to be translated. */
  get translates(): 0 | 1 {
    return this.#isTranslated ? 1 : 0;
  }

  /** The one that runs, or ran last. */
  get currentHart(): Hart {
    return this.#schedule.current;
  }

  get debug(): DebugPort {
    const { memory, engine, markBreakpoints, passBreakpoint } = this.#services;
    this.#debugger ??= new MachineDebugger({
      ...{ harts: this.harts, ram: this.#ram, memory, engine, images: this.#hardware.images },
      regions: this.#regions(),
      schedule: this.#schedule,
      isStopped: (hart) => this.#sbiHarts[hart]?.status === "stopped",
      runOne: () => this.run(1),
      executeOne: (hart, execute) => this.#whileRunning(() => this.#loop.execute(hart, 1, execute)),
      followClock: () => {
        this.#events.advanceTo(this.#clock.now);
        return this.#loop.ended;
      },
      markBreakpoints: (pageOffsets) => markBreakpoints(this, pageOffsets),
      passBreakpoint: (record) => passBreakpoint(this, record),
    });
    return this.#debugger;
  }

  run(instructions: Instructions): StopReason {
    this.#isRunning = true;
    const onEnd = this.#exitTimer?.runs();
    try {
      return this.#whileRunning(() => this.#loop.run(instructions));
    } finally {
      onEnd?.();
      this.#isRunning = false;
    }
  }

  #whileRunning<T>(body: () => T): T {
    if (this.#trap) throw this.#trap;
    try {
      return this.#services.whileRunning(this, body);
    } catch (error) {
      if (error instanceof TranslationTrap) this.#trap = error;
      throw error;
    }
  }

  save(): MachineState {
    const pageOf = (slot: MachineAddress) => pageOfSlot(this.#ram.map, slot);
    return { ...this.#saveParts(), code: this.#services.saveCode(this, pageOf) };
  }

  fork(resources: MachineResources): Machine {
    // A clone gets its code pages otherwise.
    const state = { ...this.#saveParts(), code: noCode };
    return this.#services.fork(this, { kind: "saved", state, ram: this.#ram }, resources);
  }

  /**
   * The second half of a restore, when the monitor knows the machine.
   *
   * @param parent the machine of this monitor that the state is of, while it has not gone on
   * @throws Failure `snapshot-damaged`
   */
  adopt({ kind, state }: SavedOrigin, parent?: VirtualMachine): void {
    this.#saved.restore(state);
    const slotOfPage = (page: number) => {
      const entry = page <= this.#ram.pages ? this.#ram.entry(page) : 0;
      if (entry === 0) throw new RangeError(`page ${page} has no content`);
      return slotOf(this.#ram.map, page);
    };
    if (parent) this.#services.adoptCode(this, parent, this.#ram.map - parent.#ram.map);
    else if (kind === "saved")
      inSection("code", () => this.#services.restoreCode(this, state.code, slotOfPage));
    this.#saved.restoreTlbs(state);
    for (const hart of this.harts) this.#services.engine.selectContext(hart.address);
  }

  stop(): void {
    this.#loop.stop();
  }

  sendConsole(bytes: Uint8Array, console?: string): void {
    this.#board.receiveConsole(bytes, console);
    this.#htif?.receive();
  }

  exitCounts(): Record<ExitCategory, number> {
    const count = (category: ExitCategory) =>
      this.harts.reduce((sum, hart) => sum + hart.exitCount(category), 0);
    const entries = exitCategories.map((category) => [category, count(category)]);
    return Object.fromEntries(entries) as Record<ExitCategory, number>;
  }

  exitParts(): ExitPartCounts {
    return this.#exitParts.counts();
  }

  pause(): void {
    this.#schedule.current.countExit("pause");
  }

  takeExitTimes(): ExitTimes {
    return this.#exitTimer?.take() ?? noExitTimes;
  }

  stateHash(start?: HashStart): string {
    if (this.#trap) throw this.#trap;
    return this.#saved.hash(start);
  }

  residentBytes(): Bytes {
    return this.#ram.residentPages * pageBytes;
  }

  dispose(): void {
    this.#services.onDispose(this);
    this.#backing.dispose();
  }

  #saveParts(): Omit<MachineState, "code"> {
    if (this.#isRunning) throw new RangeError("a machine is saved between two runs");
    if (this.#trap) throw this.#trap;
    return this.#saved.save();
  }

  #sweep(): void {
    this.#ram.sweep((slot) => {
      this.#services.dropCode(this, slot);
    });
  }

  #regions(): DebugPort["regions"] {
    const devices = this.#board.bus.windows.map(({ base, bytes, device }) => {
      return { name: device.name, address: base, bytes, isMemory: false };
    });
    const ram = { name: "ram", address: ramBase, bytes: this.#hardware.ramBytes, isMemory: true };
    const rom = { name: "rom", address: romBase, bytes: pageBytes, isMemory: true };
    return [rom, ...devices, ram];
  }

  /** Keeps the `time` CSR in step when the guest sets `mtime`. */
  #followMachineTime(): void {
    const { timeLow, timeHigh } = this.#board.clint;
    const ticks = Math.floor(this.#clock.now / 100);
    const low = (timeLow - ticks) >>> 0;
    const borrow = timeLow < ticks >>> 0 ? 1 : 0;
    const high = (timeHigh - Math.floor(ticks / two32) - borrow) >>> 0;
    const offset = (BigInt(high) << 32n) | BigInt(low);
    for (const hart of this.harts) hart.setWide("timeOffset", offset);
    for (const timer of this.#supervisorTimers) timer.update();
  }

  /** Its page is never swept, and no hart gets a write entry for it: each store is seen. */
  #watchHtif(place: HtifPlace, console: ConsoleSink): Htif {
    const page = Math.floor((place.tohost - ramBase) / pageBytes);
    const slot = this.#ram.pin(page);
    for (const hart of this.harts) hart.set("watchedSlot", slot);
    const onStop = (request: FinisherRequest) => this.#loop.end(request);
    const takeInput = () => this.#board.uart.takeInput();
    return new Htif({ ...place, memory: this.#ram, console, takeInput, onStop });
  }
}
