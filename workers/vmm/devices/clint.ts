import type { Alarm, Timers } from "../base/timers.ts";
import type { Bytes } from "../base/units.ts";
import type { AccessWidth, Device } from "../bus/device.ts";
import { GuestCounter, type GuestCounterState } from "./guest-counter.ts";

/** What a CLINT is attached to. The levels go to each hart's `mip.MSIP` and `mip.MTIP`. */
export interface ClintResources {
  readonly name: string;
  readonly harts: number;
  readonly timers: Timers;
  readonly setSoftware: (hart: number, asserted: boolean) => void;
  readonly setTimer: (hart: number, asserted: boolean) => void;
  /** The guest has set `mtime`; before any timer interrupt that follows from it. */
  readonly onTimeSet?: () => void;
}

/** One hart's registers, and the levels of its two interrupts. */
export interface ClintHartState {
  readonly software: boolean;
  readonly timer: boolean;
  readonly compareLow: number;
  readonly compareHigh: number;
}

export interface ClintState {
  readonly time: GuestCounterState;
  readonly harts: readonly ClintHartState[];
}

interface ClintHart {
  software: boolean;
  timer: boolean;
  compareLow: number;
  compareHigh: number;
  readonly alarm: Alarm;
}

const nanosecondsPerTick = 100;
const softwareEnd = 0x4000;
const compareBase = 0x4000;
const timeOffset = 0xbff8;
const timeAfterPowerOn: GuestCounterState = { offsetLow: 0, offsetHigh: 0 };
const hartAfterPowerOn: ClintHartState = {
  software: false,
  timer: false,
  compareLow: 0,
  compareHigh: 0,
};

/**
 * Core-local interruptor (SiFive CLINT, as QEMU's `virt` has it): `mtime` at 10 MHz, and for each
 * hart one timer comparator and one software interrupt.
 *
 * ```
 * 0x0000 + 4h   msip of hart h, bit 0
 * 0x4000 + 8h   mtimecmp of hart h, 64 bits in two halves
 * 0xbff8        mtime, 64 bits in two halves
 * ```
 * Registers are 4 bytes wide; each half of a 64-bit register takes effect as it is written.
 * `mtimecmp` is 0 after power-on, so MTIP rises as soon as the machine first fires its alarms: before
 * the first instruction, as in QEMU. The monitor's SBI uses the same comparators by `setCompare`.
 */
export class Clint implements Device<ClintState> {
  readonly name: string;
  readonly #setSoftware: (hart: number, asserted: boolean) => void;
  readonly #setTimer: (hart: number, asserted: boolean) => void;
  readonly #onTimeSet: () => void;
  readonly #time: GuestCounter;
  readonly #harts: readonly ClintHart[];

  constructor(resources: ClintResources) {
    const { name, timers } = resources;
    this.name = name;
    this.#setSoftware = resources.setSoftware;
    this.#setTimer = resources.setTimer;
    this.#onTimeSet = resources.onTimeSet ?? (() => {});
    this.#time = new GuestCounter(timers, nanosecondsPerTick, timeAfterPowerOn);
    this.#harts = Array.from({ length: resources.harts }, (_, hart) => ({
      ...hartAfterPowerOn,
      alarm: timers.alarm(`${name}.timer${hart}`, () => this.#evaluate(hart)),
    }));
    this.#armAll();
  }

  /** Does not drive the interrupt levels: they are part of the harts' own state. */
  static restore(resources: ClintResources, state: ClintState): Clint {
    const clint = new Clint(resources);
    clint.#adopt(state);
    return clint;
  }

  /** `mtime`, bits 31:0. Also the low half of the `time` CSR. */
  get timeLow(): number {
    return this.#time.low;
  }

  /** `mtime`, bits 63:32. */
  get timeHigh(): number {
    return this.#time.high;
  }

  /** Sets `mtimecmp` of a hart as a whole: raises or lowers its timer interrupt at once. */
  setCompare(hart: number, low: number, high: number): void {
    const timer = this.#harts[hart];
    if (timer !== undefined) {
      timer.compareLow = low >>> 0;
      timer.compareHigh = high >>> 0;
      this.#evaluate(hart);
    }
  }

  read(offset: Bytes, width: AccessWidth): number {
    if (width !== 4 || offset % 4 !== 0) {
      return 0;
    }
    if (offset < softwareEnd) {
      return this.#harts[offset / 4]?.software ? 1 : 0;
    }
    if (offset === timeOffset) {
      return this.#time.low;
    }
    if (offset === timeOffset + 4) {
      return this.#time.high;
    }
    const hart = this.#harts[Math.floor((offset - compareBase) / 8)];
    if (hart === undefined) {
      return 0;
    }
    return offset % 8 === 0 ? hart.compareLow : hart.compareHigh;
  }

  write(offset: Bytes, width: AccessWidth, value: number): void {
    if (width !== 4 || offset % 4 !== 0) {
      return;
    }
    if (offset < softwareEnd) {
      this.#writeSoftware(offset / 4, (value & 1) === 1);
    } else if (offset === timeOffset) {
      this.#writeTime(value, this.#time.high);
    } else if (offset === timeOffset + 4) {
      this.#writeTime(this.#time.low, value);
    } else {
      const index = Math.floor((offset - compareBase) / 8);
      const hart = this.#harts[index];
      if (hart !== undefined) {
        const isLow = offset % 8 === 0;
        this.setCompare(index, isLow ? value : hart.compareLow, isLow ? hart.compareHigh : value);
      }
    }
  }

  reset(): void {
    for (const hart of this.#harts.keys()) {
      this.#setSoftware(hart, false);
      this.#setTimer(hart, false);
    }
    this.#adopt({ time: timeAfterPowerOn, harts: this.#harts.map(() => hartAfterPowerOn) });
  }

  save(): ClintState {
    return {
      time: this.#time.save(),
      harts: this.#harts.map(({ alarm: _, ...registers }) => registers),
    };
  }

  #adopt(state: ClintState): void {
    this.#time.restore(state.time);
    for (const [index, hart] of this.#harts.entries()) {
      Object.assign(hart, state.harts[index]);
    }
    this.#armAll();
  }

  #armAll(): void {
    for (const hart of this.#harts) {
      this.#arm(hart);
    }
  }

  #writeSoftware(index: number, asserted: boolean): void {
    const hart = this.#harts[index];
    if (hart !== undefined) {
      hart.software = asserted;
      this.#setSoftware(index, asserted);
    }
  }

  #writeTime(low: number, high: number): void {
    this.#time.set(low, high);
    this.#onTimeSet();
    for (const hart of this.#harts.keys()) {
      this.#evaluate(hart);
    }
  }

  /** Brings the timer interrupt of a hart in line with `mtime >= mtimecmp` as of now. */
  #evaluate(index: number): void {
    const hart = this.#harts[index];
    if (hart !== undefined) {
      hart.timer = this.#time.hasReached(hart.compareLow, hart.compareHigh);
      this.#arm(hart);
      this.#setTimer(index, hart.timer);
    }
  }

  #arm(hart: ClintHart): void {
    const deadline = this.#time.deadlineOf(hart.compareLow, hart.compareHigh);
    if (hart.timer || deadline === Number.POSITIVE_INFINITY) {
      hart.alarm.disarm();
    } else {
      hart.alarm.arm(deadline);
    }
  }
}
