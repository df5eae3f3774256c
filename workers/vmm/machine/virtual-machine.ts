/**
 * One VM: harts, RAM, board and clock, and the loop that runs them.
 *
 * The loop alternates between generated code and events. In virtual time every event happens after
 * an exact number of steps, so neither slicing nor the host's speed can be seen by the guest.
 */
import { EventQueue } from "../base/event-queue.ts";
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { Failure } from "../base/failure.ts";
import type { Timers } from "../base/timers.ts";
import type { Bytes, FrameNumber, Instructions, Nanoseconds } from "../base/units.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import { Hart } from "../hart/hart.ts";
import { machine, supervisor } from "../hart/privilege.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import type { Engine } from "../interpreter/engine.ts";
import { implementedExtensions } from "../isa/table.ts";
import { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { Board } from "./board.ts";
import type { Machine, MachineConfig, MachineResources, StopReason } from "./config.ts";
import { GuestClock } from "./guest-clock.ts";
import { type BootPlan, planBoot } from "./plan-boot.ts";
import { Sbi } from "./sbi.ts";
import { SbiHartPort } from "./sbi-hart-port.ts";
import { stateHash } from "./state-hash.ts";
import { validateConfig } from "./validate-config.ts";

const ramBase = 0x8000_0000;
const two32 = 2 ** 32;
/** Host time is looked at least this often; events come this late at the most. */
const hostSlice: Instructions = 200_000;
const largestSlice: Instructions = 2 ** 30;
/** Everything that can be delegated; S-mode calls (bit 9) are the monitor's hypercalls. */
const delegatedToSupervisor = 0xb1ffn;
const supervisorInterruptsDelegated = 0x222n;
const allCounters = 0xffff_ffffn;
/** The three counters that OpenSBI leaves readable in user mode. */
const cycleTimeInstret = 0b111n;

/** What a VM needs of its monitor. */
export interface MonitorServices {
  readonly memory: MachineMemory;
  readonly engine: Engine;
  readonly onFrameFreed: (frame: FrameNumber) => void;
  /** @returns true where TLBs may lead to pre-decoded code that is gone now */
  readonly onCodeWrite: (frame: FrameNumber) => boolean;
  readonly onDispose: (vm: VirtualMachine) => void;
  /** Runs `body` with this VM as the one that callbacks of generated code belong to. */
  whileRunning<T>(vm: VirtualMachine, body: () => T): T;
}

export class VirtualMachine implements Machine {
  readonly harts: readonly Hart[];
  readonly #services: MonitorServices;
  readonly #hart: Hart;
  readonly #ram: GuestRam;
  readonly #romFrame: FrameNumber | undefined;
  readonly #board: Board;
  readonly #events: EventQueue;
  readonly #clock: GuestClock;
  readonly #sbi: Sbi;
  readonly #sbiHarts: readonly SbiHartPort[];
  #ended: FinisherRequest | undefined;
  #stopAsked = false;
  #isIdle = false;
  /** What `mtime` shows beyond guest time. */
  #timeOffset = { low: 0, high: 0 };

  constructor(services: MonitorServices, config: MachineConfig, resources: MachineResources) {
    validateConfig(config, resources);
    const plan = planBoot(config, { isa: isaString(), mmuType: "riscv,sv39" });
    const { memory, engine } = services;
    this.#services = services;
    this.#ram = new GuestRam({
      memory,
      base: ramBase,
      bytes: config.ramBytes,
      limit: Math.ceil((resources.memoryLimitBytes ?? config.ramBytes) / pageBytes),
      onRemap: () => engine.flush(this.#hart.address),
      onCodeWrite: (frame) => {
        if (services.onCodeWrite(frame)) engine.flush(this.#hart.address);
      },
    });
    const undo = [() => this.#ram.dispose(services.onFrameFreed)];
    try {
      this.#hart = new Hart(memory, 0);
      undo.push(() => this.#hart.dispose());
      this.#romFrame = this.#placeImages(plan);
    } catch (failure) {
      for (const release of undo) release();
      throw failure;
    }
    this.harts = [this.#hart];
    this.#clock = new GuestClock(
      this.#hart,
      config.time === "host" ? resources.hostNow : undefined,
    );
    this.#events = new EventQueue(() => this.#clock.now);
    this.#board = new Board({
      config,
      resources,
      harts: this.harts,
      memory: this.#ram,
      timers: this.#events,
      onStop: (request) => this.#end(request),
      onDoorbell: () => this.#hart.countExit("doorbell"),
    });
    this.#sbiHarts = [new SbiHartPort(this.#hart, engine, true)];
    this.#sbi = new Sbi({
      harts: this.#sbiHarts,
      memory: this.#ram,
      timer: this.#board.clint,
      console: {
        write: (byte) => resources.console.write(byte),
        takeInput: () => this.#board.uart.takeInput(),
      },
      stop: (request) => this.#end(request),
    });
    this.#reset(plan);
  }

  get timers(): Timers {
    return this.#events;
  }

  get retired(): Instructions {
    return this.#clock.steps - Number(this.#hart.wide("exceptions"));
  }

  get now(): Nanoseconds {
    return this.#clock.now;
  }

  run(instructions: Instructions): StopReason {
    return this.#services.whileRunning(this, () => this.#run(instructions));
  }

  stop(): void {
    this.#stopAsked = true;
    this.#hart.set("stopRequest", stopCodes.requested);
  }

  sendConsole(bytes: Uint8Array): void {
    this.#board.uart.receive(bytes);
  }

  exitCounts(): Record<ExitCategory, number> {
    const entries = exitCategories.map((category) => [category, this.#hart.exitCount(category)]);
    return Object.fromEntries(entries) as Record<ExitCategory, number>;
  }

  stateHash(): string {
    const components = {
      clock: { now: this.#clock.now, steps: this.#clock.steps },
      events: this.#events.save(),
      harts: this.harts.map((hart) => hart.architecturalState()),
      devices: this.#board.save(),
    };
    return stateHash(components, this.#ram);
  }

  residentBytes(): Bytes {
    return this.#ram.residentPages * pageBytes;
  }

  dispose(): void {
    const { memory, onFrameFreed } = this.#services;
    this.#ram.dispose(onFrameFreed);
    if (this.#romFrame !== undefined && memory.releaseFrame(this.#romFrame)) {
      onFrameFreed(this.#romFrame);
    }
    this.#services.onDispose(this);
    this.#hart.dispose();
  }

  // Called by generated code while this VM runs.

  deviceLoad(address: number, width: number): number {
    const value = this.#board.bus.read(address >>> 0, width as 1 | 2 | 4);
    this.#afterDeviceAccess();
    if (value === undefined) this.#hart.set("faulted", 1);
    return value ?? 0;
  }

  deviceStore(address: number, width: number, value: number): undefined {
    const unsigned = width === 4 ? value >>> 0 : value & (2 ** (8 * width) - 1);
    const isMapped = this.#board.bus.write(address >>> 0, width as 1 | 2 | 4, unsigned);
    if (!isMapped) this.#hart.set("faulted", 1);
    this.#followMachineTime();
    this.#afterDeviceAccess();
  }

  materialise(page: number): number {
    return this.#ram.materialise(page);
  }

  hypercall(): undefined {
    this.#sbi.call(this.#sbiHarts[0] as SbiHartPort);
    this.#afterDeviceAccess();
  }

  #run(instructions: Instructions): StopReason {
    const { engine } = this.#services;
    const hart = this.#hart;
    const target = this.#clock.steps + instructions;
    for (;;) {
      this.#clock.followHost();
      this.#events.advanceTo(this.#clock.now);
      hart.set("stopRequest", stopCodes.budget);
      if (this.#ended) return this.#ended;
      if (this.#stopAsked) {
        this.#stopAsked = false;
        return { kind: "stopped" };
      }
      if (this.#isIdle) {
        const reason = this.#idle();
        if (reason) return reason;
        continue;
      }
      const left = target - this.#clock.steps;
      if (left <= 0) return { kind: "budget" };
      const deadline = this.#events.nextDeadline();
      const untilEvent = Math.max(0, deadline - this.#clock.now);
      const slice = this.#clock.isVirtual ? largestSlice : hostSlice;
      this.#clock.grant(Math.min(left, untilEvent, slice));
      const code = engine.execute(hart.address);
      this.#clock.limitTo(this.#clock.now);
      if (code === stopCodes.idle) this.#isIdle = true;
      // Slices that the driver cuts are no exits of the guest; those that an event ends are.
      const isEvent = this.#clock.now >= this.#events.nextDeadline();
      if (code === stopCodes.budget && isEvent) hart.countExit("budget");
    }
  }

  /** Waits for an interrupt. @returns a reason to come back, or nothing when there is work again */
  #idle(): StopReason | undefined {
    const [sbiHart] = this.#sbiHarts;
    const isStopped = sbiHart?.status === "stopped";
    if (!isStopped && this.#hart.hasPendingInterrupt) {
      this.#isIdle = false;
      return undefined;
    }
    const deadline = this.#events.nextDeadline();
    if (!Number.isFinite(deadline)) return { kind: "idle" };
    if (!this.#clock.isVirtual) return { kind: "idle", wakeAt: deadline };
    this.#clock.skipTo(deadline);
    return undefined;
  }

  #end(request: FinisherRequest): void {
    this.#ended = request;
    this.#hart.set("stopRequest", stopCodes.requested);
  }

  /** A device access may have armed an alarm that is due before the budget ends. */
  #afterDeviceAccess(): void {
    this.#clock.limitTo(this.#events.nextDeadline());
  }

  /** Keeps the `time` CSR in step when the guest sets `mtime`. */
  #followMachineTime(): void {
    const { timeLow, timeHigh } = this.#board.clint;
    const ticks = Math.floor(this.#clock.now / 100);
    const low = (timeLow - ticks) >>> 0;
    const borrow = timeLow < ticks >>> 0 ? 1 : 0;
    const high = (timeHigh - Math.floor(ticks / two32) - borrow) >>> 0;
    if (low === this.#timeOffset.low && high === this.#timeOffset.high) return;
    this.#timeOffset = { low, high };
    this.#hart.setWide("timeOffset", (BigInt(high) << 32n) | BigInt(low));
  }

  #placeImages(plan: BootPlan): FrameNumber | undefined {
    const { memory } = this.#services;
    for (const { address, bytes } of plan.segments) this.#ram.write(address, bytes);
    if (!plan.rom) return undefined;
    const frame = memory.allocateFrame();
    if (frame === undefined) {
      throw new Failure(
        "machine-memory-full",
        "The machine memory has no frame left for one more VM.",
        "Run fewer VMs in this worker, or give it a larger machine memory.",
      );
    }
    memory.bytes.set(plan.rom.bytes, frame * pageBytes);
    return frame;
  }

  #reset(plan: BootPlan): void {
    const hart = this.#hart;
    hart.set("guestMap", this.#ram.map);
    hart.set("ramPages", this.#ram.pages);
    if (this.#romFrame !== undefined) hart.set("romFrame", this.#romFrame * pageBytes);
    hart.setNumber("pc", plan.startPc);
    hart.setX(10, plan.a0, 0);
    hart.setX(11, plan.a1 >>> 0, 0);
    hart.set("privilege", plan.startMode === "machine" ? machine : supervisor);
    if (plan.startMode === "supervisor") {
      hart.set("hypercalls", 1);
      hart.setWide("medeleg", delegatedToSupervisor);
      hart.setWide("mideleg", supervisorInterruptsDelegated);
      hart.setWide("mcounteren", allCounters);
      // Linux without an SBI PMU relies on its firmware for this; its vDSO reads `time` in U-mode.
      hart.setWide("scounteren", cycleTimeInstret);
      this.#sbi.handOver();
    }
    this.#services.engine.selectContext(hart.address);
  }
}

function isaString(): string {
  const letters = implementedExtensions.filter((name) => name.length === 1).join("");
  const rest = implementedExtensions.filter((name) => name.length > 1).join("_");
  return `rv64${letters}_${rest}`;
}
