import type { Alarm, Timers } from "../base/timers.ts";
import type { Bytes, Nanoseconds } from "../base/units.ts";
import type { AccessWidth, Device, InterruptLine } from "../bus/device.ts";
import { GuestCounter, type GuestCounterState } from "./guest-counter.ts";

/** What a clock is attached to. */
export interface GoldfishRtcResources {
  readonly name: string;
  readonly irq: InterruptLine;
  readonly timers: Timers;
  /** Wall-clock time at guest time 0, since 1970. */
  readonly bootEpochNanoseconds: bigint | number;
}

export interface GoldfishRtcState {
  readonly time: GuestCounterState;
  /** The upper half of the time as of the last read of the lower. */
  readonly latchedHigh: number;
  readonly alarmLow: number;
  readonly alarmHigh: number;
  readonly alarmRunning: boolean;
  /** Guest time at which a running alarm rings; 0 for one that never will, and for none. */
  readonly alarmDeadline: Nanoseconds;
  readonly interruptPending: boolean;
  readonly interruptEnabled: boolean;
}

const register = {
  timeLow: 0x00,
  timeHigh: 0x04,
  alarmLow: 0x08,
  alarmHigh: 0x0c,
  interruptEnabled: 0x10,
  clearAlarm: 0x14,
  alarmStatus: 0x18,
  clearInterrupt: 0x1c,
} as const;

/**
 * Goldfish real-time clock (Android's virtual platform), as in QEMU: nanoseconds since 1970.
 *
 * ```
 * 0x00 TIME_LOW    read: latches the upper half; write: sets the lower half
 * 0x04 TIME_HIGH   read: the latched half;       write: sets the upper half
 * 0x08 ALARM_LOW   writing it arms the alarm
 * 0x0c ALARM_HIGH  to be written first
 * 0x10 IRQ_ENABLED bit 0
 * 0x14 CLEAR_ALARM write-only
 * 0x18 ALARM_STATUS 1 while an alarm is armed
 * 0x1c CLEAR_INTERRUPT write-only
 * ```
 * Registers are 4 bytes wide.
 */
export class GoldfishRtc implements Device<GoldfishRtcState> {
  readonly name: string;
  readonly #irq: InterruptLine;
  readonly #alarm: Alarm;
  readonly #time: GuestCounter;
  readonly #afterPowerOn: GoldfishRtcState;
  #latchedHigh = 0;
  #alarmLow = 0;
  #alarmHigh = 0;
  #alarmRunning = false;
  #alarmDeadline: Nanoseconds = 0;
  #interruptPending = false;
  #interruptEnabled = false;

  constructor(resources: GoldfishRtcResources) {
    this.name = resources.name;
    this.#irq = resources.irq;
    this.#alarm = resources.timers.alarm(`${resources.name}.alarm`, () => this.#ring());
    this.#afterPowerOn = afterPowerOn(BigInt(resources.bootEpochNanoseconds));
    this.#time = new GuestCounter(resources.timers, 1, this.#afterPowerOn.time);
  }

  /** Does not drive the interrupt line: its level is part of the controller's own state. */
  static restore(resources: GoldfishRtcResources, state: GoldfishRtcState): GoldfishRtc {
    const rtc = new GoldfishRtc(resources);
    rtc.#adopt(state);
    return rtc;
  }

  read(offset: Bytes, width: AccessWidth): number {
    if (width !== 4) {
      return 0;
    }
    switch (offset) {
      case register.timeLow:
        this.#latchedHigh = this.#time.high;
        return this.#time.low;
      case register.timeHigh:
        return this.#latchedHigh;
      case register.alarmLow:
        return this.#alarmLow;
      case register.alarmHigh:
        return this.#alarmHigh;
      case register.interruptEnabled:
        return this.#interruptEnabled ? 1 : 0;
      case register.alarmStatus:
        return this.#alarmRunning ? 1 : 0;
      default:
        return 0;
    }
  }

  write(offset: Bytes, width: AccessWidth, value: number): void {
    if (width !== 4) {
      return;
    }
    switch (offset) {
      case register.timeLow:
        this.#time.set(value, this.#time.high);
        break;
      case register.timeHigh:
        this.#time.set(this.#time.low, value);
        break;
      case register.alarmLow:
        this.#alarmLow = value;
        this.#startAlarm();
        break;
      case register.alarmHigh:
        this.#alarmHigh = value;
        break;
      case register.interruptEnabled:
        this.#interruptEnabled = (value & 1) === 1;
        this.#update();
        break;
      case register.clearAlarm:
        this.#stopAlarm();
        break;
      case register.clearInterrupt:
        this.#interruptPending = false;
        this.#update();
        break;
    }
  }

  reset(): void {
    this.#adopt(this.#afterPowerOn);
    this.#irq.setLevel(false);
  }

  save(): GoldfishRtcState {
    return {
      time: this.#time.save(),
      latchedHigh: this.#latchedHigh,
      alarmLow: this.#alarmLow,
      alarmHigh: this.#alarmHigh,
      alarmRunning: this.#alarmRunning,
      alarmDeadline: this.#alarmDeadline,
      interruptPending: this.#interruptPending,
      interruptEnabled: this.#interruptEnabled,
    };
  }

  #adopt(state: GoldfishRtcState): void {
    this.#time.restore(state.time);
    this.#latchedHigh = state.latchedHigh;
    this.#alarmLow = state.alarmLow;
    this.#alarmHigh = state.alarmHigh;
    this.#interruptPending = state.interruptPending;
    this.#interruptEnabled = state.interruptEnabled;
    this.#stopAlarm();
    if (state.alarmRunning) {
      this.#runUntil(state.alarmDeadline || Number.POSITIVE_INFINITY);
    }
  }

  #startAlarm(): void {
    if (this.#time.hasReached(this.#alarmLow, this.#alarmHigh)) {
      this.#ring();
    } else {
      this.#runUntil(this.#time.deadlineOf(this.#alarmLow, this.#alarmHigh));
    }
  }

  #runUntil(deadline: Nanoseconds): void {
    this.#stopAlarm();
    this.#alarmRunning = true;
    if (deadline !== Number.POSITIVE_INFINITY) {
      this.#alarmDeadline = deadline;
      this.#alarm.arm(deadline);
    }
  }

  #stopAlarm(): void {
    this.#alarmRunning = false;
    this.#alarmDeadline = 0;
    this.#alarm.disarm();
  }

  #ring(): void {
    this.#stopAlarm();
    this.#interruptPending = true;
    this.#update();
  }

  #update(): void {
    this.#irq.setLevel(this.#interruptPending && this.#interruptEnabled);
  }
}

function afterPowerOn(epoch: bigint): GoldfishRtcState {
  return {
    time: {
      offsetLow: Number(BigInt.asUintN(32, epoch)),
      offsetHigh: Number(BigInt.asUintN(32, epoch >> 32n)),
    },
    latchedHigh: 0,
    alarmLow: 0,
    alarmHigh: 0,
    alarmRunning: false,
    alarmDeadline: 0,
    interruptPending: false,
    interruptEnabled: false,
  };
}
