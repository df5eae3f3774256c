import type { Nanoseconds } from "./units.ts";

/**
 * Time as a capability: what a device may know of the clock and how it asks to be called later.
 *
 * A device never reads a host clock. `now()` is guest time: in virtual-time mode a pure function of
 * the retired instructions, in host-time mode the host's monotonic clock.
 */
export interface Timers {
  now(): Nanoseconds;
  /**
   * Makes one alarm, disarmed. `name` is unique within a machine and is the key under which the
   * machine's event queue saves the deadline, so it must not change between versions.
   * `onFire` runs between two guest instructions, never in the middle of one.
   */
  alarm(name: string, onFire: (now: Nanoseconds) => void): Alarm;
}

/** One pending call at most: arming an armed alarm moves it. */
export interface Alarm {
  arm(deadline: Nanoseconds): void;
  disarm(): void;
  readonly isArmed: boolean;
}
