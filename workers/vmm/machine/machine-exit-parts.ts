/** The exits of one machine by what they were about: see `exit-parts.ts`. */
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import type { Bus, BusWindow } from "../bus/bus.ts";
import type { Hart } from "../hart/hart.ts";
import { exception } from "../hart/privilege.ts";
import { csrName } from "../isa/csr-names.ts";
import { exceptionCauses } from "../isa/hart-layout.ts";
import { type ExitPartCounts, ExitParts, type PartCounter } from "./exit-parts.ts";
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
  ...(["csr", "hypercall", "mmio.read", "mmio.write", "doorbell"] as const),
];
/** No function of an extension has a number as large. */
const functionsEach = 64;

export class MachineExitParts {
  readonly #harts: readonly Hart[];
  readonly #bus: Bus;
  readonly #parts = new ExitParts();
  readonly #windows = new Map<BusWindow, Record<Access, PartCounter>>();
  readonly #calls = new Map<number, PartCounter>();
  /** Of each hart its counters when they were last looked at. */
  readonly #seen: readonly Record<Access, number>[];

  constructor(harts: readonly Hart[], bus: Bus) {
    this.#harts = harts;
    this.#bus = bus;
    this.#seen = harts.map(() => ({ "mmio.read": -1, "mmio.write": -1 }));
  }

  /**
   * A device is read or written. One exit may be two accesses: it counts once.
   *
   * @param address where there may be no device
   */
  access(hart: Hart, category: Access, address: number): void {
    const exits = hart.exitWord(places[category]);
    const seen = this.#seen[hart.id] as Record<Access, number>;
    if (seen[category] === exits) return;
    seen[category] = exits;
    const window = this.#bus.lookup(address);
    if (window) this.#countersOf(window)[category].count++;
    else this.#parts.counter(category, "unmapped").count++;
  }

  /** @param device the one that was notified */
  doorbell(device: string): void {
    this.#parts.counter("doorbell", device).count++;
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
  }

  counts(): ExitPartCounts {
    const all = new ExitParts();
    all.add(this.#parts.save());
    for (let cause = 0; cause < exceptionCauses; cause++) {
      const count = this.#harts.reduce((sum, hart) => sum + hart.exceptionCount(cause), 0);
      all.counter("exception", causes[cause] ?? `cause ${cause}`).count += count;
    }
    for (const [number, count] of this.#csrs()) {
      all.counter("csr", csrName(number) ?? "unknown").count += count;
    }
    const lacks = (category: ExitCategory) => this.#total(category) - all.sum(category);
    // Those that translated code takes in passing are counted as exceptions only, and are of one cause.
    all.counter("exception", callFromUser).count += lacks("exception");
    // An access that faults before it comes to a device is one of none.
    for (const category of partedCategories) {
      if (lacks(category) > 0) all.counter(category, "others").count += lacks(category);
    }
    return all.save();
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
