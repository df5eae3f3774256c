/**
 * What generated code of one VM calls while it runs: devices, firmware, pages that are missing, the
 * debugger. Numbers come as Wasm gives them, as signed 32-bit integers.
 */
import type { MachineAddress } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";
import { stepsUntilOverflow } from "../hart/steps-until-overflow.ts";
import type { SupervisorTimer } from "../hart/supervisor-timer.ts";
import type { Engine } from "../interpreter/engine.ts";
import { timedExits } from "../interpreter/execute.ts";
import { AbsentPage } from "../memory/absent-page.ts";
import { pageOfSlot } from "../memory/guest-map.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import type { Board } from "./board.ts";
import type { ExitTimer } from "./exit-timer.ts";
import type { GuestClock } from "./guest-clock.ts";
import type { HartSchedule } from "./hart-schedule.ts";
import type { MachineDebugger } from "./machine-debugger.ts";
import type { MachineExitParts } from "./machine-exit-parts.ts";
import type { RunLoop } from "./run-loop.ts";
import type { Sbi } from "./sbi.ts";
import type { SbiHartPort } from "./sbi-hart-port.ts";

export interface GuestCallParts {
  readonly engine: Engine;
  readonly ram: GuestRam;
  readonly board: Board;
  readonly clock: GuestClock;
  readonly schedule: HartSchedule;
  readonly loop: RunLoop;
  readonly sbi: Sbi;
  readonly sbiHarts: readonly SbiHartPort[];
  readonly supervisorTimers: readonly SupervisorTimer[];
  readonly exitTimer: ExitTimer | undefined;
  readonly exitParts: MachineExitParts;
  /** Where somebody debugs this VM. */
  debugger(): MachineDebugger | undefined;
}

export class GuestCalls {
  readonly #parts: GuestCallParts;
  readonly #board: Board;
  readonly #schedule: HartSchedule;
  readonly #loop: RunLoop;

  constructor(parts: GuestCallParts) {
    this.#parts = parts;
    this.#board = parts.board;
    this.#schedule = parts.schedule;
    this.#loop = parts.loop;
  }

  deviceLoad(address: number, width: number): number {
    const { bus } = this.#board;
    const window = bus.lookup(address >>> 0);
    this.#parts.exitParts.access(this.#hart, "mmio.read", window);
    const value = bus.read(address >>> 0, width as 1 | 2 | 4, window);
    this.#loop.afterDeviceAccess();
    if (value === undefined) this.#hart.set("faulted", 1);
    return value ?? 0;
  }

  deviceStore(address: number, width: number, value: number): undefined {
    const unsigned = width === 4 ? value >>> 0 : value & (2 ** (8 * width) - 1);
    const { bus } = this.#board;
    const window = bus.lookup(address >>> 0);
    this.#parts.exitParts.access(this.#hart, "mmio.write", window);
    const isMapped = bus.write(address >>> 0, width as 1 | 2 | 4, unsigned, window);
    if (!isMapped) this.#hart.set("faulted", 1);
    this.#loop.afterDeviceAccess();
  }

  materialise(page: number): number {
    return this.#parts.ram.materialise(page);
  }

  absent(page: number): undefined {
    throw new AbsentPage(page);
  }

  /** A page is needed that is known by its slot in the guest map. */
  needPage(slot: MachineAddress): void {
    const { ram } = this.#parts;
    const page = pageOfSlot(ram.map, slot);
    if (ram.isAbsent(page)) throw new AbsentPage(page);
  }

  hypercall(): undefined {
    const { sbi, sbiHarts, exitTimer } = this.#parts;
    const hart = this.#hart;
    const call = () => sbi.call(sbiHarts[hart.id] as SbiHartPort);
    if (exitTimer) exitTimer.hypercall(hart, call);
    else call();
    this.#loop.afterDeviceAccess();
  }

  /** A hart wrote `stimecmp` or `menvcfg`. */
  timerChanged(): undefined {
    this.#parts.supervisorTimers[this.#hart.id]?.update();
    this.#loop.afterDeviceAccess();
  }

  /** Event counters of a hart changed; of one that is not running they count from its next turn on. */
  countersChanged(address: number): undefined {
    const { clock } = this.#parts;
    const hart = this.#hart;
    if (hart.address !== address >>> 0) return;
    clock.limitTo(clock.now + stepsUntilOverflow(hart));
  }

  timeExit(what: number): undefined {
    const { engine, exitTimer } = this.#parts;
    const hart = this.#hart;
    const act = what === timedExits.step ? engine.step : engine.deliverInterrupt;
    // Without a stopwatch the count comes to an end all the same, after 2^32 exits.
    if (exitTimer) exitTimer.time(hart, () => act(hart.address));
    else act(hart.address);
  }

  /** The translator does something that takes time. */
  whileTranslating(act: () => void): void {
    const { exitTimer } = this.#parts;
    if (exitTimer) exitTimer.always("translate", this.#hart, act);
    else act();
  }

  breakpoint(hart: number, record: number): number {
    return this.#parts.debugger()?.breakpoint(hart, record >>> 0) ?? 0;
  }

  watched(hart: number, low: number, high: number, access: number): number {
    return this.#parts.debugger()?.watched(hart, low, high, access) ?? 0;
  }

  get #hart(): Hart {
    return this.#schedule.current;
  }
}
