/**
 * The supervisor timer of one hart (Sstc): `mip.STIP` is high while `time >= stimecmp`.
 *
 * The registers live in the hart, where generated code writes them; whoever changed one of them,
 * `menvcfg.STCE` or `mtime` calls `update`. While STCE is off, STIP is software's and nothing here
 * touches it.
 */
import type { Alarm, Timers } from "../base/timers.ts";
import type { Nanoseconds } from "../base/units.ts";
import type { Hart } from "./hart.ts";
import { environment, interrupt } from "./privilege.ts";

export interface SupervisorTimerResources {
  readonly hart: Hart;
  readonly timers: Timers;
}

const nanosecondsPerTick = 100;

export class SupervisorTimer {
  readonly #hart: Hart;
  readonly #timers: Timers;
  readonly #alarm: Alarm;

  constructor({ hart, timers }: SupervisorTimerResources) {
    this.#hart = hart;
    this.#timers = timers;
    this.#alarm = timers.alarm(`hart${hart.id}.stimecmp`, () => this.update());
  }

  /** Sets `stimecmp` as a whole, in unsigned halves: the SBI's timer. */
  setCompare(low: number, high: number): void {
    this.#hart.setWide("stimecmp", (BigInt(high) << 32n) | BigInt(low >>> 0));
    this.update();
  }

  /** Sets STIP to what it is now, and arms the alarm for the moment when it will rise. */
  update(): void {
    if ((this.#hart.wide("menvcfg") & environment.stce) === 0n) {
      this.#alarm.disarm();
      return;
    }
    const ticksNow = Math.floor(this.#timers.now() / nanosecondsPerTick);
    const time = BigInt.asUintN(64, BigInt(ticksNow) + this.#hart.wide("timeOffset"));
    const left = this.#hart.wide("stimecmp") - time;
    this.#hart.setPending(interrupt.supervisorTimer, left <= 0n);
    const deadline: Nanoseconds = (ticksNow + Number(left)) * nanosecondsPerTick;
    if (left > 0n && Number.isSafeInteger(deadline)) this.#alarm.arm(deadline);
    else this.#alarm.disarm();
  }
}
