import type { Alarm, Timers } from "./timers.ts";
import type { Nanoseconds } from "./units.ts";

/** The armed alarms by name. Whatever is not named is disarmed. */
export type EventQueueState = Readonly<Record<string, Nanoseconds>>;

/**
 * The alarms of one machine: the real `Timers`.
 *
 * Alarms fire in the order of (deadline, registration), each when the machine calls `advanceTo`, so
 * the order is a function of the guest's own doings. For the *moment* to be one too, a machine in
 * virtual time stops at `nextDeadline()` exactly; after a guest's device access it asks again,
 * because the access may have armed an earlier alarm.
 *
 * A machine has a few dozen alarms, so a scan beats a heap and needs no tie-breaking bookkeeping.
 */
export class EventQueue implements Timers {
  readonly #readClock: () => Nanoseconds;
  readonly #alarms: QueuedAlarm[] = [];
  /** Restored deadlines of alarms that nobody has registered yet. */
  readonly #unclaimed = new Map<string, Nanoseconds>();
  #next: Nanoseconds = Number.POSITIVE_INFINITY;
  #nextIsKnown = true;

  /** @param readClock guest time now, also when asked in the middle of a device access */
  constructor(readClock: () => Nanoseconds) {
    this.#readClock = readClock;
  }

  now(): Nanoseconds {
    return this.#readClock();
  }

  alarm(name: string, onFire: (now: Nanoseconds) => void): Alarm {
    if (this.#alarms.some((alarm) => alarm.name === name)) {
      throw new RangeError(`two alarms are called ${name}`);
    }
    const alarm = new QueuedAlarm(name, onFire, () => {
      this.#nextIsKnown = false;
    });
    this.#alarms.push(alarm);
    const saved = this.#unclaimed.get(name);
    if (saved !== undefined) alarm.arm(saved);
    this.#unclaimed.delete(name);
    return alarm;
  }

  /** The earliest deadline, `Infinity` when nothing is armed. */
  nextDeadline(): Nanoseconds {
    if (!this.#nextIsKnown) {
      this.#next = this.#earliest()?.deadline ?? Number.POSITIVE_INFINITY;
      this.#nextIsKnown = true;
    }
    return this.#next;
  }

  /** Fires what is due at `now`, including what the fired alarms arm for a time up to `now`. */
  advanceTo(now: Nanoseconds): void {
    while (this.nextDeadline() <= now) {
      const alarm = this.#earliest();
      if (alarm === undefined) {
        return;
      }
      alarm.disarm();
      alarm.onFire(now);
    }
  }

  save(): EventQueueState {
    const armed = this.#alarms.filter((alarm) => alarm.isArmed);
    const deadlines = armed.map((alarm) => [alarm.name, alarm.deadline] as const);
    return Object.fromEntries([...deadlines, ...this.#unclaimed]);
  }

  /**
   * Arms exactly the alarms of `state`. Whoever drives a machine may come after it: an alarm that
   * nobody has registered yet is armed when somebody does.
   */
  restore(state: EventQueueState): void {
    this.#unclaimed.clear();
    for (const [name, deadline] of Object.entries(state)) this.#unclaimed.set(name, deadline);
    for (const alarm of this.#alarms) {
      alarm.arm(state[alarm.name] ?? Number.POSITIVE_INFINITY);
      this.#unclaimed.delete(alarm.name);
    }
  }

  #earliest(): QueuedAlarm | undefined {
    let earliest: QueuedAlarm | undefined;
    for (const alarm of this.#alarms) {
      // Strictly earlier: among equal deadlines the one registered first wins.
      if (alarm.isArmed && (earliest === undefined || alarm.deadline < earliest.deadline)) {
        earliest = alarm;
      }
    }
    return earliest;
  }
}

/** Disarmed is the same as armed for never. */
class QueuedAlarm implements Alarm {
  readonly name: string;
  readonly onFire: (now: Nanoseconds) => void;
  readonly #onChange: () => void;
  deadline: Nanoseconds = Number.POSITIVE_INFINITY;

  constructor(name: string, onFire: (now: Nanoseconds) => void, onChange: () => void) {
    this.name = name;
    this.onFire = onFire;
    this.#onChange = onChange;
  }

  get isArmed(): boolean {
    return this.deadline !== Number.POSITIVE_INFINITY;
  }

  arm(deadline: Nanoseconds): void {
    this.deadline = deadline;
    this.#onChange();
  }

  disarm(): void {
    this.arm(Number.POSITIVE_INFINITY);
  }
}
