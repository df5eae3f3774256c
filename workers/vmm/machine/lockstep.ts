import type { Alarm } from "../base/timers.ts";
import type { Nanoseconds } from "../base/units.ts";
import type { Machine, StopReason } from "./config.ts";

/** Slices are bounded by guest time; instructions beyond it are taken back by the machine. */
const manyInstructions = 2 ** 40;

interface Member {
  readonly machine: Machine;
  readonly sliceEnd: Alarm;
  hasReachedEnd: boolean;
  ended: StopReason | undefined;
}

/**
 * Runs machines in turn so that their guest times never differ by more than a slice.
 *
 *     const lockstep = new Lockstep([one, two], networkLatency);
 *     while (!lockstep.advance()) await turn();
 *
 * With slices no longer than the latency of the network between them, a frame never comes when its
 * receiver is already beyond its arrival, so what happens depends on the machines alone.
 */
export class Lockstep {
  readonly #members: readonly Member[];
  readonly #slice: Nanoseconds;
  #now: Nanoseconds = 0;

  /** @param machines new ones, whose guest time is 0 */
  constructor(machines: readonly Machine[], slice: Nanoseconds) {
    this.#slice = slice;
    this.#members = machines.map((machine) => {
      const member: Member = {
        machine,
        sliceEnd: machine.timers.alarm("lockstep.slice", () => {
          member.hasReachedEnd = true;
          machine.stop();
        }),
        hasReachedEnd: false,
        ended: undefined,
      };
      return member;
    });
  }

  /** Guest time that all machines which still run have reached. */
  get now(): Nanoseconds {
    return this.#now;
  }

  /** Why each machine ended; undefined for those that have not. */
  get endings(): readonly (StopReason | undefined)[] {
    return this.#members.map(({ ended }) => ended);
  }

  /** Runs every machine for one slice. @returns whether all have ended */
  advance(): boolean {
    this.#now += this.#slice;
    for (const member of this.#members) this.#runSlice(member);
    return this.#members.every(({ ended }) => ended !== undefined);
  }

  #runSlice(member: Member): void {
    if (member.ended) return;
    member.hasReachedEnd = false;
    member.sliceEnd.arm(this.#now);
    while (!member.hasReachedEnd) {
      const reason = member.machine.run(manyInstructions);
      if (member.hasReachedEnd || reason.kind === "budget") continue;
      member.sliceEnd.disarm();
      member.ended = reason;
      return;
    }
  }
}
