/**
 * The exits of one machine by what they were about: see `exit-parts.ts`. Counts are kept where the monitor
 * is anyway; what the exit that was just timed was about is known from there.
 */
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import type { BusWindow } from "../bus/bus.ts";
import type { Hart } from "../hart/hart.ts";
import { exception, machine } from "../hart/privilege.ts";
import { csrName } from "../isa/csr-names.ts";
import { exceptionCauses } from "../isa/hart-layout.ts";
import { type ExitPartCounts, ExitParts, type PartCounter } from "./exit-parts.ts";
import { otherParts } from "./parts-by-category.ts";
import { sbiCallName } from "./sbi-call-name.ts";

type Access = "mmio.read" | "mmio.write";

const places = {
  "mmio.read": exitCategories.indexOf("mmio.read"),
  "mmio.write": exitCategories.indexOf("mmio.write"),
};
/** Causes of exceptions by number (privileged manual, 3.1.15). */
const causes = [
  ...["fetch misaligned", "fetch access", "illegal instruction", "breakpoint"],
  ...["load misaligned", "load access", "store misaligned", "store access"],
  ...["call from U", "call from S", "call from VS", "call from M"],
  ...["fetch page fault", "load page fault", "cause 14", "store page fault"],
];
const callFromUser = causes[exception.callFromUser] as string;
const partedCategories: readonly ExitCategory[] = [
  ...(["csr", "hypercall", "mmio.read", "mmio.write", "doorbell", "interrupt.external"] as const),
];
/** No function of an extension has a number as large. */
const functionsEach = 64;

export class MachineExitParts {
  readonly #harts: readonly Hart[];
  readonly #interrupting: (hart: number) => string | undefined;
  readonly #parts = new ExitParts();
  readonly #windows = new Map<BusWindow, Record<Access, PartCounter>>();
  readonly #calls = new Map<number, PartCounter>();
  /** Of each hart its counters when they were last looked at. */
  readonly #seen: readonly Record<Access, number>[];

  /** The latest of their kind: counted since `forget`. */
  #access: PartCounter | undefined;
  #doorbell: PartCounter | undefined;
  #call: PartCounter | undefined;

  /** @param interrupting the device that would have a hart's next external interrupt */
  constructor(harts: readonly Hart[], interrupting: (hart: number) => string | undefined) {
    this.#harts = harts;
    this.#interrupting = interrupting;
    this.#seen = harts.map(() => ({ "mmio.read": -1, "mmio.write": -1 }));
  }

  /**
   * A device is read or written. One exit may be two accesses: it counts once.
   *
   * @param window undefined where there is no device
   */
  access(hart: Hart, category: Access, window: BusWindow | undefined): void {
    const exits = hart.exitWord(places[category]);
    const seen = this.#seen[hart.id] as Record<Access, number>;
    if (seen[category] === exits) return;
    seen[category] = exits;
    const counter = window
      ? this.#countersOf(window)[category]
      : this.#parts.counter(category, "unmapped");
    counter.count++;
    this.#access = counter;
  }

  /** @param device the one that was notified */
  doorbell(device: string): void {
    const counter = this.#parts.counter("doorbell", device);
    counter.count++;
    this.#doorbell = counter;
  }

  /**
   * A hart asks which device has interrupted it. It may ask again before the next interrupt, so only as
   * many are counted as were delivered.
   */
  claimed(device: string): void {
    const category = "interrupt.external";
    if (this.#parts.sum(category) >= this.#total(category)) return;
    this.#parts.counter(category, device).count++;
  }

  hypercall(extension: number, functionId: number): void {
    const key = extension * functionsEach + Math.min(functionId, functionsEach - 1);
    let counter = this.#calls.get(key);
    if (!counter) {
      counter = this.#parts.counter("hypercall", sbiCallName(extension, functionId));
      // One that calls what there is not chooses the numbers.
      if (this.#calls.size < functionsEach) this.#calls.set(key, counter);
    }
    counter.count++;
    this.#call = counter;
  }

  /** An exit begins. */
  forget(): void {
    this.#access = undefined;
    this.#doorbell = undefined;
  }

  /** What the exit that has just been was about; undefined where its category has no parts. */
  latest(hart: Hart, category: ExitCategory): string | undefined {
    switch (category) {
      case "mmio.read":
      case "mmio.write":
        return this.#access?.name ?? otherParts;
      case "doorbell":
        return this.#doorbell?.name ?? otherParts;
      case "hypercall":
        return this.#call?.name ?? otherParts;
      case "csr":
        return csrName(hart.get("csrOfExit")) ?? "unknown";
      case "exception": {
        const isMachine = hart.get("privilege") === machine;
        return causeName(Number(hart.wide(isMachine ? "mcause" : "scause")));
      }
      case "interrupt.external":
        return this.#interrupting(hart.id) ?? otherParts;
      default:
        return undefined;
    }
  }

  counts(): ExitPartCounts {
    const all = new ExitParts();
    all.add(this.#parts.save());
    for (let cause = 0; cause < exceptionCauses; cause++) {
      const count = this.#harts.reduce((sum, hart) => sum + hart.exceptionCount(cause), 0);
      all.counter("exception", causeName(cause)).count += count;
    }
    for (const [number, count] of this.#csrs()) {
      all.counter("csr", csrName(number) ?? "unknown").count += count;
    }
    const lacks = (category: ExitCategory) => this.#total(category) - all.sum(category);
    // Those that translated code takes in passing are counted as exceptions only, and are of one cause.
    all.counter("exception", callFromUser).count += lacks("exception");
    // An access that faults before it comes to a device is one of none.
    for (const category of partedCategories) {
      if (lacks(category) > 0) all.counter(category, otherParts).count += lacks(category);
    }
    return all.save();
  }

  /** As it goes on elsewhere: who has interrupted a hart may not have been asked yet. */
  save(): ExitPartCounts {
    const { "interrupt.external": interrupts, ...counts } = this.counts();
    if (!interrupts) return counts;
    const { [otherParts]: _, ...claimed } = interrupts;
    return { ...counts, "interrupt.external": claimed };
  }

  /** When the harts have their counts. @param saved undefined where that was not told apart */
  restore(saved: ExitPartCounts = { exception: { others: this.#total("exception") } }): void {
    this.#parts.add(saved);
  }

  /** Of all harts, by number. */
  #csrs(): (readonly [number: number, count: number])[] {
    const counts = new Map<number, number>();
    for (const hart of this.#harts) {
      for (const [number, count] of hart.csrExits()) {
        counts.set(number, (counts.get(number) ?? 0) + count);
      }
    }
    return [...counts].sort(([a], [b]) => a - b);
  }

  #total(category: ExitCategory): number {
    return this.#harts.reduce((sum, hart) => sum + hart.exitCount(category), 0);
  }

  #countersOf(window: BusWindow): Record<Access, PartCounter> {
    let counters = this.#windows.get(window);
    if (!counters) {
      const { name } = window.device;
      counters = {
        "mmio.read": this.#parts.counter("mmio.read", name),
        "mmio.write": this.#parts.counter("mmio.write", name),
      };
      this.#windows.set(window, counters);
    }
    return counters;
  }
}

function causeName(cause: number): string {
  return causes[cause] ?? `cause ${cause}`;
}
