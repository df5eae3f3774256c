/**
 * One VM: harts, RAM, board and clock, and the loop that runs them.
 *
 * The loop alternates between generated code and events. In virtual time every event happens after
 * an exact number of steps, so neither slicing nor the host's speed can be seen by the guest.
 */
import { EventQueue } from "../base/event-queue.ts";
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { ramBase, romBase } from "../base/memory-map.ts";
import type { Timers } from "../base/timers.ts";
import type { Bytes, Instructions, MachineAddress, Nanoseconds, Pages } from "../base/units.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import type { Hart } from "../hart/hart.ts";
import type { HartState } from "../hart/hart-state.ts";
import { stepsUntilOverflow } from "../hart/steps-until-overflow.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import { SupervisorTimer } from "../hart/supervisor-timer.ts";
import { type CodeShare, noCode, type SavedCode } from "../interpreter/code-cache.ts";
import type { Engine } from "../interpreter/engine.ts";
import { timedExits } from "../interpreter/execute.ts";
import { AbsentPage } from "../memory/absent-page.ts";
import { pageOfSlot, recordsInSlot, slotOf } from "../memory/guest-map.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import type { RamImage } from "../memory/ram-image.ts";
import type { RamPort } from "../memory/ram-port.ts";
import { restoreTlb, saveTlb, type TlbState, type TlbTarget } from "../mmu/saved-tlb.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import { Board } from "./board.ts";
import type { ConsoleSink, Machine, MachineResources } from "./config.ts";
import type { DebugPort } from "./debug-port.ts";
import type { ExitPartCounts } from "./exit-parts.ts";
import { ExitTimer } from "./exit-timer.ts";
import { type ExitTimes, noExitTimes } from "./exit-times.ts";
import type { HtifPlace } from "./find-htif.ts";
import { GuestClock } from "./guest-clock.ts";
import { HartSchedule } from "./hart-schedule.ts";
import { Htif } from "./htif.ts";
import { MachineBacking, type MadeBacking } from "./machine-backing.ts";
import { MachineDebugger } from "./machine-debugger.ts";
import { MachineExitParts } from "./machine-exit-parts.ts";
import type { MachineHardware } from "./machine-hardware.ts";
import type { MachineState } from "./machine-state.ts";
import type { BootPlan } from "./plan-boot.ts";
import { resetHarts } from "./reset-harts.ts";
import { Sbi } from "./sbi.ts";
import { SbiHartPort } from "./sbi-hart-port.ts";
import type { SbiHartStatus } from "./sbi-ports.ts";
import { stateHash } from "./state-hash.ts";
import type { StopReason } from "./stop-reason.ts";
import { wireHarts } from "./wire-harts.ts";

const bootHart = 0;
const two32 = 2 ** 32;
/** Host time is looked at least this often; events come this late at the most. */
const hostSlice: Instructions = 200_000;
const largestSlice: Instructions = 2 ** 30;
/**
 * A few instructions can have devices and firmware move megabytes. One call of `run` comes back
 * after about this much, so that its driver stays in charge, whatever the guest asks for.
 */
const mostMoved: Bytes = 2 ** 26;

/** What a VM needs of its monitor. */
export interface MonitorServices {
  readonly memory: MachineMemory;
  readonly engine: Engine;
  /** A page's pre-decoded records are to go. @returns true where TLBs may lead to them */
  readonly dropCode: (vm: VirtualMachine, slot: MachineAddress) => boolean;
  readonly onDispose: (vm: VirtualMachine) => void;
  /** A debugger of this VM has breakpoints at these offsets in pages. */
  readonly markBreakpoints: (vm: VirtualMachine, pageOffsets: ReadonlySet<number>) => void;
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

/** How a machine comes to be: switched on, as it was saved, or around what was made before. */
export type MachineOrigin =
  | { readonly kind: "boot"; readonly hardware: MachineHardware; readonly plan: BootPlan }
  | { readonly kind: "saved"; readonly state: MachineState; readonly ram: RamImage }
  | StagedOrigin;

/** Harts, RAM and code pages are the machine's from now on, whether or not it comes to be. */
export interface StagedOrigin {
  readonly kind: "staged";
  readonly state: MachineState;
  readonly backing: MadeBacking;
  readonly share: CodeShare;
}

type SavedOrigin = Exclude<MachineOrigin, { readonly kind: "boot" }>;

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
  readonly #sbi: Sbi;
  readonly #htif: Htif | undefined;
  readonly #sbiHarts: readonly SbiHartPort[];
  #ended: FinisherRequest | undefined;
  #stopAsked = false;
  /** What the last instruction needed and did not find. */
  #absentPage: number | undefined;
  /** What devices may have moved when the present call of `run` comes back. */
  #movedEnd: Bytes = Number.POSITIVE_INFINITY;
  readonly #hardware: MachineHardware;
  #isRunning = false;
  #debugger: MachineDebugger | undefined;
  readonly #exitTimer: ExitTimer | undefined;
  readonly #exitParts: MachineExitParts;

  constructor(services: MonitorServices, origin: MachineOrigin, resources: MachineResources) {
    const isNew = origin.kind === "boot";
    const hardware = isNew ? origin.hardware : origin.state.hardware;
    const { engine } = services;
    this.#services = services;
    this.#hardware = hardware;
    this.#backing = new MachineBacking(hardware, isNew ? origin.plan : { segments: [] }, {
      ...services,
      limitBytes: resources.memoryLimitBytes,
      flush: (hart) => engine.flush(hart.address),
      dropCode: (slot) => services.dropCode(this, slot),
      onSweepDue: () => this.#leaveForSweep(),
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
        onStop: (request) => this.#end(request),
        onDoorbell: (device) => {
          this.#schedule.current.countExit("doorbell");
          this.#exitParts.doorbell(device);
        },
        onInterHartInterrupt: () => this.#yield(),
        onTimeSet: () => this.#followMachineTime(),
      });
      this.#exitParts = new MachineExitParts(this.harts, this.#board.bus);
      this.#sbiHarts = this.harts.map(
        (hart) =>
          new SbiHartPort(hart, {
            engine,
            isStarted: !hardware.hasSbi || hart.id === bootHart,
            onInterrupt: () => this.#yield(),
          }),
      );
      this.#schedule = new HartSchedule(
        this.harts,
        (hart) => this.#sbiHarts[hart]?.status === "stopped",
      );
      this.#sbi = new Sbi({
        harts: this.#sbiHarts,
        memory: this.#ram,
        timer: {
          setCompare: (hart, low, high) => this.#supervisorTimers[hart]?.setCompare(low, high),
        },
        console: {
          write: (byte) => resources.console.write(byte),
          takeInput: () => this.#board.uart.takeInput(),
        },
        stop: (request) => this.#end(request),
        onCall: (extension, id) => this.#exitParts.hypercall(extension, id),
      });
      wireHarts(this.harts, this.#ram, hardware.hasSbi);
      if (isNew) {
        resetHarts(this.harts, origin.plan);
        if (hardware.hasSbi) this.#sbi.handOver();
      }
      this.#htif = hardware.htif && this.#watchHtif(hardware.htif, resources.console);
      for (const hart of this.harts) {
        hart.set("translates", hardware.engine === "interpret" ? 0 : 1);
        hart.set("inlinesPrivileged", hardware.engine === "trap-and-emulate" ? 0 : 1);
        if (isNew) engine.selectContext(hart.address);
      }
      const { stopwatch } = resources;
      if (stopwatch) {
        this.#exitTimer = new ExitTimer({ now: stopwatch, steps: () => this.#clock.steps });
        for (const hart of this.harts) this.#exitTimer.watch(hart);
      }
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

  get debug(): DebugPort {
    const { memory, engine, markBreakpoints } = this.#services;
    this.#debugger ??= new MachineDebugger({
      ...{ harts: this.harts, ram: this.#ram, memory, engine, images: this.#hardware.images },
      regions: this.#regions(),
      schedule: this.#schedule,
      isStopped: (hart) => this.#sbiHarts[hart]?.status === "stopped",
      executeOne: (hart, execute) =>
        this.#services.whileRunning(this, () => this.#execute(hart, 1, execute)),
      followClock: () => {
        this.#events.advanceTo(this.#clock.now);
        return this.#ended;
      },
      markBreakpoints: (pageOffsets) => markBreakpoints(this, pageOffsets),
    });
    return this.#debugger;
  }

  run(instructions: Instructions): StopReason {
    this.#isRunning = true;
    const onEnd = this.#exitTimer?.runs();
    try {
      return this.#services.whileRunning(this, () => this.#run(instructions));
    } finally {
      onEnd?.();
      this.#isRunning = false;
    }
  }

  save(): MachineState {
    const pageOf = (slot: MachineAddress) => pageOfSlot(this.#ram.map, slot);
    return { ...this.#saveAllBut(), code: this.#services.saveCode(this, pageOf) };
  }

  /** A clone gets its code pages otherwise. */
  #saveAllBut(): Omit<MachineState, "code"> {
    if (this.#isRunning) throw new RangeError("a machine is saved between two runs");
    const { memory } = this.#services;
    const pageOf = (slot: MachineAddress) => pageOfSlot(this.#ram.map, slot);
    return {
      hardware: this.#hardware,
      clock: this.#clock.save(),
      events: this.#events.save(),
      schedule: this.#schedule.save(),
      harts: this.harts.map((hart) => hart.save()),
      tlbs: this.harts.map((hart) =>
        saveTlb(memory, hart.address, (group) => hart.tlbGeneration(group), pageOf),
      ),
      started: this.#sbiHarts.map((hart) => hart.status),
      devices: this.#board.save(),
      parts: this.#exitParts.counts(),
      ...(this.#htif === undefined ? {} : { htif: this.#htif.save() }),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
    };
  }

  fork(resources: MachineResources): Machine {
    const state = { ...this.#saveAllBut(), code: noCode };
    const image = this.#ram.capture();
    try {
      return this.#services.fork(this, { kind: "saved", state, ram: image }, resources);
    } finally {
      image.release();
    }
  }

  /**
   * The second half of a restore, when the monitor knows the machine.
   *
   * @param parent the machine of this monitor that the state is of, while it has not gone on
   * @throws Failure `snapshot-damaged`
   */
  adopt({ kind, state }: SavedOrigin, parent?: VirtualMachine): void {
    const { memory, engine } = this.#services;
    inSection("schedule", () => this.#schedule.restore(state.schedule));
    this.harts.forEach((hart, index) => {
      inSection("harts", () => hart.restore(state.harts[index] as HartState));
      this.#sbiHarts[index]?.restore(state.started[index] as SbiHartStatus);
    });
    this.#exitParts.restore(state.parts);
    inSection("clock", () => this.#clock.restore(state.clock));
    this.#events.restore(state.events);
    if (state.htif) this.#htif?.restore(state.htif);
    this.#ended = state.ended;
    const slotOfPage = (page: number) => {
      const entry = page <= this.#ram.pages ? this.#ram.entry(page) : 0;
      if (entry === 0) throw new RangeError(`page ${page} has no content`);
      return slotOf(this.#ram.map, page);
    };
    if (parent) this.#services.adoptCode(this, parent, this.#ram.map - parent.#ram.map);
    else if (kind === "saved")
      inSection("code", () => this.#services.restoreCode(this, state.code, slotOfPage));
    this.harts.forEach((hart, index) => {
      inSection("tlbs", () =>
        restoreTlb(memory, hart.address, state.tlbs[index] as TlbState, (page, access) =>
          this.#tlbTarget(page, access),
        ),
      );
      engine.selectContext(hart.address);
    });
  }

  stop(): void {
    this.#stopAsked = true;
    this.#interruptRun();
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

  takeExitTimes(): ExitTimes {
    return this.#exitTimer?.take() ?? noExitTimes;
  }

  stateHash(): string {
    const components = {
      clock: { now: this.#clock.now, steps: this.#clock.steps },
      events: this.#events.save(),
      harts: this.harts.map((hart) => hart.architecturalState()),
      schedule: this.#schedule.save(),
      started: this.#sbiHarts.map((hart) => hart.status),
      devices: this.#board.save(),
      ...(this.#htif === undefined ? {} : { htif: this.#htif.save() }),
    };
    return stateHash(components, this.#ram);
  }

  residentBytes(): Bytes {
    return this.#ram.residentPages * pageBytes;
  }

  dispose(): void {
    this.#services.onDispose(this);
    this.#backing.dispose();
  }

  // Called by generated code while this VM runs.

  deviceLoad(address: number, width: number): number {
    this.#exitParts.access(this.#schedule.current, "mmio.read", address >>> 0);
    const value = this.#board.bus.read(address >>> 0, width as 1 | 2 | 4);
    this.#afterDeviceAccess();
    if (value === undefined) this.#schedule.current.set("faulted", 1);
    return value ?? 0;
  }

  deviceStore(address: number, width: number, value: number): undefined {
    const unsigned = width === 4 ? value >>> 0 : value & (2 ** (8 * width) - 1);
    this.#exitParts.access(this.#schedule.current, "mmio.write", address >>> 0);
    const isMapped = this.#board.bus.write(address >>> 0, width as 1 | 2 | 4, unsigned);
    if (!isMapped) this.#schedule.current.set("faulted", 1);
    this.#afterDeviceAccess();
  }

  materialise(page: number): number {
    return this.#ram.materialise(page);
  }

  absent(page: number): undefined {
    throw new AbsentPage(page);
  }

  /** A page is needed that is known by its slot in the guest map. */
  needPage(slot: MachineAddress): void {
    const page = pageOfSlot(this.#ram.map, slot);
    if (this.#ram.isAbsent(page)) throw new AbsentPage(page);
  }

  hypercall(): undefined {
    this.#sbi.call(this.#sbiHarts[this.#schedule.current.id] as SbiHartPort);
    this.#afterDeviceAccess();
  }

  /** A hart wrote `stimecmp` or `menvcfg`. */
  timerChanged(): undefined {
    this.#supervisorTimers[this.#schedule.current.id]?.update();
    this.#afterDeviceAccess();
  }

  /** Event counters of a hart changed; of one that is not running they count from its next turn on. */
  countersChanged(address: number): undefined {
    const hart = this.#schedule.current;
    if (hart.address !== address >>> 0) return;
    this.#clock.limitTo(this.#clock.now + stepsUntilOverflow(hart));
  }

  timeExit(what: number): undefined {
    const { engine } = this.#services;
    const hart = this.#schedule.current;
    const act = what === timedExits.step ? engine.step : engine.deliverInterrupt;
    // Without a stopwatch the count comes to an end all the same, after 2^32 exits.
    if (this.#exitTimer) this.#exitTimer.time(hart, () => act(hart.address));
    else act(hart.address);
  }

  /** The translator does something that takes time. */
  whileTranslating(act: () => void): void {
    if (this.#exitTimer) this.#exitTimer.always("translate", this.#schedule.current, act);
    else act();
  }

  breakpoint(hart: number): number {
    return this.#debugger?.breakpoint(hart) ?? 0;
  }

  watched(hart: number, low: number, high: number, access: number): number {
    return this.#debugger?.watched(hart, low, high, access) ?? 0;
  }

  #run(instructions: Instructions): StopReason {
    const { engine } = this.#services;
    const target = this.#clock.steps + instructions;
    this.#movedEnd = this.#ram.moved + mostMoved;
    let leftFor: ExitCategory = "budget";
    for (;;) {
      this.#clock.followHost();
      this.#events.advanceTo(this.#clock.now);
      if (this.#ram.isSweepDue) this.#sweep();
      if (this.#ended) return this.#ended;
      if (this.#stopAsked) {
        this.#stopAsked = false;
        return { kind: "stopped" };
      }
      if (this.#ram.moved > this.#movedEnd) return { kind: "budget" };
      const hart = this.#schedule.next();
      if (!hart) {
        const reason = this.#idle();
        if (reason) return reason;
        continue;
      }
      const left = target - this.#clock.steps;
      if (left <= 0) return { kind: "budget" };
      const untilEvent = Math.max(0, this.#events.nextDeadline() - this.#clock.now);
      const slice = this.#clock.isVirtual ? largestSlice : hostSlice;
      const untilOverflow = stepsUntilOverflow(hart);
      const quantum = this.#schedule.quantumLeft;
      const budget = Math.min(left, untilEvent, slice, quantum, untilOverflow);
      this.#exitTimer?.enters(leftFor, hart);
      const code = this.#execute(hart, budget, engine.execute);
      this.#exitTimer?.leaves();
      leftFor = code === stopCodes.idle ? "wfi" : "budget";
      if (this.#absentPage !== undefined) return this.#waitForPage(hart);
      if (code === stopCodes.idle) this.#schedule.wait();
      if (code === stopCodes.turn) this.#schedule.yield();
      // Slices that the driver cuts are no exits of the guest; events and ends of a turn are.
      const isEvent = this.#clock.now >= this.#events.nextDeadline();
      const isTurn = this.#schedule.quantumLeft <= 0;
      if (code === stopCodes.budget && (isEvent || isTurn)) hart.countExit("budget");
      const stop = this.#debugger?.takeStop(hart);
      if (stop) return stop;
    }
  }

  #sweep(): void {
    this.#ram.sweep((slot) => {
      this.#services.dropCode(this, slot);
    });
  }

  /** What a restored TLB entry may lead to: nothing that the slow path would not have put there. */
  #tlbTarget(page: number, access: "load" | "store" | "fetch"): TlbTarget | undefined {
    if (page > this.#ram.pages) return undefined;
    const { memory } = this.#services;
    const slot = slotOf(this.#ram.map, page);
    const entry = memory.word(slot);
    const records = memory.word(slot + recordsInSlot);
    if (entry === 0) return undefined;
    if (access === "fetch") return records === 0 ? undefined : { slot, records };
    if (access === "load") return { slot };
    const isZeros = Math.floor(entry / pageBytes) === memory.zeroFrame && entry % 4096 === 1;
    const isStorable = page < this.#ram.pages && !isZeros && records === 0;
    const isWatched = slot === this.harts[0].get("watchedSlot");
    return isStorable && !isWatched ? { slot } : undefined;
  }

  #regions(): DebugPort["regions"] {
    const devices = this.#board.bus.windows.map(({ base, bytes, device }) => {
      return { name: device.name, address: base, bytes, isMemory: false };
    });
    const ram = { name: "ram", address: ramBase, bytes: this.#hardware.ramBytes, isMemory: true };
    const rom = { name: "rom", address: romBase, bytes: pageBytes, isMemory: true };
    return [rom, ...devices, ram];
  }

  /** Lets a hart run. @returns the stop code */
  #execute(hart: Hart, budget: Instructions, execute: (hart: number) => number): number {
    const before = this.#clock.steps;
    hart.set("stopRequest", stopCodes.budget);
    this.#schedule.noteTurns();
    this.#clock.grant(hart, budget);
    const code = this.#executeUntilAbsent(hart, execute);
    this.#clock.settle();
    if (hart.get("countersArmed") !== 0) this.#services.engine.updateCounters(hart.address);
    this.#schedule.use(this.#clock.steps - before);
    // Not `code`: a single step has none.
    if (hart.get("stopRequest") === stopCodes.watched) this.#htif?.poll();
    return code;
  }

  /** The instruction that needs an absent page has not been: what it did so far can be done again. */
  #executeUntilAbsent(hart: Hart, execute: (hart: number) => number): number {
    this.#absentPage = undefined;
    try {
      return execute(hart.address);
    } catch (failure) {
      if (!(failure instanceof AbsentPage)) throw failure;
      this.#absentPage = failure.page;
      hart.set("budget", hart.get("budget") + 1);
      return stopCodes.requested;
    }
  }

  #waitForPage(hart: Hart): StopReason {
    hart.countExit("memory.remote");
    return { kind: "absent", page: this.#absentPage as number };
  }

  /** All harts wait. @returns a reason to come back, or nothing when time has moved to an event */
  #idle(): StopReason | undefined {
    const deadline = this.#events.nextDeadline();
    if (!Number.isFinite(deadline)) return { kind: "idle" };
    if (!this.#clock.isVirtual) return { kind: "idle", wakeAt: deadline };
    this.#clock.skipTo(deadline);
    return undefined;
  }

  /** Comes back from generated code after the present instruction. */
  #interruptRun(): void {
    this.#schedule.current.set("stopRequest", stopCodes.requested);
  }

  /** What stops the run already lets it come by the sweep, too. */
  #leaveForSweep(): void {
    // The images are placed before there is a schedule, and swept when the run begins.
    if (!this.#schedule) return;
    const hart = this.#schedule.current;
    if (hart.get("stopRequest") === stopCodes.budget) this.#interruptRun();
  }

  /** Another hart was sent an interrupt. */
  #yield(): void {
    if (this.harts.length === 1) return;
    this.#schedule.yield();
    this.#interruptRun();
  }

  #end(request: FinisherRequest): void {
    this.#ended = request;
    this.#interruptRun();
  }

  /** A device access may have woken a hart, or armed an alarm that is due before the budget ends. */
  #afterDeviceAccess(): void {
    this.#schedule.noteTurns();
    const hasMovedEnough = this.#ram.moved > this.#movedEnd;
    this.#clock.limitTo(hasMovedEnough ? this.#clock.now : this.#events.nextDeadline());
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
    const onStop = (request: FinisherRequest) => this.#end(request);
    const takeInput = () => this.#board.uart.takeInput();
    return new Htif({ ...place, memory: this.#ram, console, takeInput, onStop });
  }
}
