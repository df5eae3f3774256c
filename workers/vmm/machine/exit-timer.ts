/**
 * How long exits take: a stopwatch at those that a sampler picks.
 *
 * An exit is one call of the engine's slow path, which may have several causes at once (a store to a
 * device that rings a doorbell, a load that fills the TLB and finds a page of zeros). Its time goes to
 * the innermost of the categories that it counted; a call that counted none is the guest's own time.
 */
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { LogHistogram } from "../base/log-histogram.ts";
import type { Instructions, Nanoseconds } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";
import { ExitSampler } from "./exit-sampler.ts";
import { type ExitTimes, longestOf, type SeenExit } from "./exit-times.ts";
import { PartTimes } from "./part-times.ts";

/** From the innermost on: what comes first has caused the time where several were counted. */
const attribution: readonly ExitCategory[] = [
  ...(["extension", "memory.remote", "memory.swap", "memory.balloon", "memory.cow"] as const),
  ...(["translate", "trace.code", "trace.pagetable", "memory.zero", "trace.dirty"] as const),
  ...(["trace.access", "doorbell", "hypercall", "mmio.read", "mmio.write", "float"] as const),
  ...(["guest.stage2", "guest.virtual", "wfi", "mmu.flush", "exception"] as const),
  ...(["interrupt.timer", "interrupt.software", "interrupt.external"] as const),
  ...(["interrupt.counter", "mmu.fill", "privileged", "csr", "budget", "pause"] as const),
];
const areAll: Exclude<ExitCategory, (typeof attribution)[number]> extends never ? true : never =
  true;
void areAll;
const places = attribution.map((category) => exitCategories.indexOf(category));
/**
 * Whose exits come to JavaScript, take long, and are few in many guests: timed there by a sampler of
 * their own, which looks at each while they are rare. Else one look could stand for all of them.
 */
const timedApart: ExitCategory = "hypercall";
/**
 * One that took longer than this and so many times as long as its like was interrupted by the host: as one
 * of a hundred that were looked at it would say that all of them were.
 */
const longest: Nanoseconds = 1_000_000;
const manyTimes = 64;
/** Of the difference from what was usual, that each brings. */
const learning = 1 / 32;
/** The slowest are looked through when there are so many. */
const crowd = 64;

export interface ExitTimerOptions {
  /** Monotonic host time. */
  readonly now: () => Nanoseconds;
  readonly steps: () => Instructions;
  readonly parts: TimedParts;
}

/** Knows what exits are about. */
export interface TimedParts {
  /** One begins. */
  forget(): void;
  /** What it was about; undefined where its category has no parts. */
  latest(hart: Hart, category: ExitCategory): string | undefined;
}

export class ExitTimer {
  readonly #now: () => Nanoseconds;
  readonly #steps: () => Instructions;
  readonly #parts: TimedParts;
  readonly #sampler = new ExitSampler();
  readonly #turns = new ExitSampler();
  readonly #apart = new ExitSampler();
  /** What a stopwatch shows for nothing. */
  readonly #empty: Nanoseconds;
  readonly #before = new Uint32Array(exitCategories.length);
  readonly #after = new Uint32Array(exitCategories.length);
  #byCategory = new Map<ExitCategory, LogHistogram>();
  #byPart = new PartTimes();
  /** What exits of a category take lately. */
  readonly #usual = new Map<ExitCategory, Nanoseconds>();
  #slowest: SeenExit[] = [];
  #running: Nanoseconds = 0;
  #turnsLeft = 1;
  #apartLeft = 1;
  #leftAt: Nanoseconds | undefined;

  constructor({ now, steps, parts }: ExitTimerOptions) {
    this.#now = now;
    this.#parts = parts;
    this.#steps = steps;
    this.#empty = emptyTime(now);
  }

  /** A hart's exits are timed from now on. */
  watch(hart: Hart): void {
    hart.set("exitsUntilTimed", this.#sampler.next(this.#now()));
  }

  /** The engine's slow path has come to an exit that is to be timed. */
  time(hart: Hart, act: () => void): void {
    const { weight } = this.#sampler;
    const pc = hart.wide("pc");
    hart.readExits(this.#before);
    this.#parts.forget();
    const began = this.#now();
    try {
      act();
    } finally {
      const ended = this.#now();
      hart.readExits(this.#after);
      hart.set("exitsUntilTimed", this.#sampler.next(ended));
      const category = this.#innermost();
      if (category && category !== timedApart) {
        const took = Math.max(0, ended - began - this.#empty);
        this.#record(category, took, weight, { at: began, hart, pc });
      }
    }
  }

  /** Something that happens rarely enough to be timed each time. */
  always<T>(category: ExitCategory, hart: Hart, act: () => T): T {
    const pc = hart.wide("pc");
    const began = this.#now();
    const result = act();
    const took = Math.max(0, this.#now() - began - this.#empty);
    this.#record(category, took, 1, { at: began, hart, pc });
    return result;
  }

  /** A hypercall. */
  hypercall(hart: Hart, act: () => void): void {
    this.#apartLeft--;
    if (this.#apartLeft > 0) {
      act();
      return;
    }
    const { weight } = this.#apart;
    const pc = hart.wide("pc");
    const began = this.#now();
    act();
    const ended = this.#now();
    this.#apartLeft = this.#apart.next(ended);
    const took = Math.max(0, ended - began - this.#empty);
    this.#record(timedApart, took, weight, { at: began, hart, pc });
  }

  /** `run` begins. @returns what to call when it ends */
  runs(): () => void {
    const began = this.#now();
    return () => {
      this.#running += this.#now() - began;
      this.#leftAt = undefined;
    };
  }

  /** A hart has left generated code, for the monitor to see what is next. */
  leaves(): void {
    this.#turnsLeft--;
    if (this.#turnsLeft <= 0) this.#leftAt = this.#now();
  }

  /** A hart goes on. @param category what it had left for */
  enters(category: ExitCategory, hart: Hart): void {
    const began = this.#leftAt;
    if (began === undefined) return;
    this.#leftAt = undefined;
    const { weight } = this.#turns;
    const ended = this.#now();
    this.#turnsLeft = this.#turns.next(ended);
    const took = Math.max(0, ended - began - this.#empty);
    this.#record(category, took, weight, { at: began, hart, pc: hart.wide("pc") });
  }

  /** What was seen since this was last asked. */
  take(): ExitTimes {
    this.#cut();
    const entries = [...this.#byCategory].map(([category, times]) => [category, times.save()]);
    const times: ExitTimes = {
      running: this.#running,
      byCategory: Object.fromEntries(entries),
      byPart: this.#byPart.save(),
      slowest: longestOf(this.#slowest),
    };
    this.#byCategory = new Map();
    this.#byPart = new PartTimes();
    this.#slowest = [];
    this.#running = 0;
    return times;
  }

  /** Of the categories that have counted since. */
  #innermost(): ExitCategory | undefined {
    for (const [rank, place] of places.entries()) {
      if (this.#before[place] !== this.#after[place]) return attribution[rank];
    }
    return undefined;
  }

  /** A turn of the monitor that is being timed is of both stretches, by its parts. */
  #cut(): void {
    const began = this.#leftAt;
    if (began === undefined) return;
    this.#leftAt = this.#now();
    this.#timesOf("budget").record(this.#leftAt - began, this.#turns.weight);
  }

  #timesOf(category: ExitCategory): LogHistogram {
    let times = this.#byCategory.get(category);
    if (!times) {
      times = new LogHistogram();
      this.#byCategory.set(category, times);
    }
    return times;
  }

  #record(
    category: ExitCategory,
    took: Nanoseconds,
    weight: number,
    { at, hart, pc }: { at: Nanoseconds; hart: Hart; pc: bigint },
  ): void {
    const times = this.#timesOf(category);
    const isSlow = times.samples < 3 || took > times.most / 2;
    const usual = this.#usual.get(category) ?? took;
    const wasInterrupted = weight > 1 && took > Math.max(longest, usual * manyTimes);
    if (!wasInterrupted) this.#usual.set(category, usual + (took - usual) * learning);
    const part = this.#parts.latest(hart, category);
    const all = part === undefined ? [times] : [times, this.#byPart.of(category, part)];
    // It stands for itself, and a usual one for the others.
    for (const each of all) {
      each.record(took, wasInterrupted ? 1 : weight);
      if (wasInterrupted) each.record(usual, weight - 1, 0);
    }
    if (!isSlow) return;
    const exit = { category, took, at, steps: this.#steps(), hart: hart.id };
    this.#slowest.push({ ...exit, pc: pc.toString(16) });
    if (this.#slowest.length > crowd) this.#slowest = longestOf(this.#slowest);
  }
}

/** The median of many. */
function emptyTime(now: () => Nanoseconds): Nanoseconds {
  const times = Array.from({ length: 101 }, () => {
    const began = now();
    return now() - began;
  });
  return times.sort((a, b) => a - b)[50] as Nanoseconds;
}
