/**
 * That a look at code cache and TLB finds nothing is worth what it would find: each fault that it
 * knows is planted in the memory of a machine in which all is well, and is found.
 */
import { expect, test } from "vitest";
import { specialOperations } from "../../workers/vmm/interpreter/record.ts";
import { hartFields } from "../../workers/vmm/isa/hart-layout.ts";
import {
  entryShared,
  entryWritable,
  hintsOf,
  pageOfSlot,
  recordsInSlot,
  slotBytes,
  slotOf,
} from "../../workers/vmm/memory/guest-map.ts";
import {
  codeMarksOffset,
  entryBytes,
  entryTableBase,
  pageBytes,
  recordBytes,
  regionLinkBytes,
  regionLinksBase,
} from "../../workers/vmm/memory/layout.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { type LiveTlbEntry, liveTlbEntries } from "./support/live-tlb-entries.ts";
import { type ObservedTranslation, observedTranslation } from "./support/observed-translation.ts";
import { type Action, patchingGuest, slots } from "./support/patching-guest.ts";
import { translationFaults } from "./support/translation-faults.ts";
import { brokenInvariants } from "./support/translation-invariants.ts";

/** Nothing is patched, for that drops all of the TLB. */
const script: readonly Action[] = [
  { kind: "call", page: 0, slot: 1 },
  { kind: "data", page: 0 },
  { kind: "call", page: 2, slot: slots - 1 },
  { kind: "switch", space: 1 },
  { kind: "call", page: 1, slot: 3 },
  { kind: "call", page: 3, slot: 5 },
  { kind: "switch", space: 0 },
];

/** A record that was executed. */
interface KnownRecord {
  readonly at: number;
  readonly operation: number;
  /** Of its entry, where it is one: its address, and where its number stands. */
  readonly entry: number;
  readonly mark: number;
}

/** Machines in the middle of their runs, and what their memory can be damaged by. */
class Field {
  readonly #observed: ObservedTranslation;
  readonly memory: DataView;

  constructor(observed: ObservedTranslation) {
    this.#observed = observed;
    this.memory = observed.memory;
  }

  get live(): readonly number[] {
    return [...this.#observed.live];
  }

  /** Of the pages of the first machine, or of both, that were executed. */
  codeSlots(hart = this.#hart): readonly number[] {
    const map = this.#field(hart, "guestMap");
    return Array.from({ length: this.#field(hart, "ramPages") }, (_, page) =>
      slotOf(map, page),
    ).filter((slot) => this.word(slot + recordsInSlot) !== 0);
  }

  /** A slot of the other machine whose page has the records of this one's. */
  sharing(slot: number): number | undefined {
    const others = [...this.#observed.harts].filter((hart) => hart !== this.#hart);
    const records = this.word(slot + recordsInSlot);
    return others
      .flatMap((hart) => this.codeSlots(hart))
      .find((other) => this.word(other + recordsInSlot) === records);
  }

  records(): readonly KnownRecord[] {
    return this.codeSlots().flatMap((slot) => {
      const records = this.word(slot + recordsInSlot);
      return Array.from({ length: pageBytes / 2 }, (_, i): KnownRecord => {
        const at = records + i * recordBytes;
        const mark = records + codeMarksOffset + 2 * i;
        const entry = entryTableBase + this.memory.getUint16(mark, true) * entryBytes;
        return { at, operation: this.memory.getUint16(at, true), entry, mark };
      }).filter(({ operation }) => operation !== specialOperations.undecoded);
    });
  }

  entries(): readonly KnownRecord[] {
    return this.records().filter(({ operation }) => operation === specialOperations.entry);
  }

  /** Records that are instructions, and nothing special. */
  plain(): readonly KnownRecord[] {
    const special = Math.max(...Object.values(specialOperations));
    return this.records().filter(({ operation }) => operation > special);
  }

  /** The first entry of the TLB that is meant; of RAM, for a device has none. */
  tlb(isMeant: (entry: LiveTlbEntry) => boolean): LiveTlbEntry {
    const found = [...this.#observed.harts]
      .flatMap((hart) => [...liveTlbEntries(this.memory, hart)])
      .find((entry) => this.word(entry.slot) !== 0 && isMeant(entry));
    if (!found) throw new Error("there is no such entry");
    return found;
  }

  hints(slot: number): number {
    const hart = [...this.#observed.harts].find((one) => {
      const map = this.#field(one, "guestMap");
      return slot >= map && slot < map + slotBytes * this.#field(one, "ramPages");
    });
    if (hart === undefined) throw new Error("nobody has that page");
    const map = this.#field(hart, "guestMap");
    return hintsOf(map, this.#field(hart, "ramPages"), pageOfSlot(map, slot));
  }

  link(region: number): number {
    return regionLinksBase + region * regionLinkBytes;
  }

  word(at: number): number {
    return this.memory.getUint32(at, true);
  }
  setWord(at: number, value: number): void {
    this.memory.setUint32(at, value, true);
  }
  setHalfword(at: number, value: number): void {
    this.memory.setUint16(at, value, true);
  }

  get #hart(): number {
    return [...this.#observed.harts][0] as number;
  }
  #field(hart: number, name: "guestMap" | "ramPages"): number {
    return this.word(hart + hartFields[name].offset);
  }
}

const first = <T>(list: readonly T[]): T => {
  const [one] = list;
  if (one === undefined) throw new Error("there is nothing to damage");
  return one;
};
const isRead = ({ kind, isWithdrawn }: LiveTlbEntry) => kind === "read" && !isWithdrawn;
const isWrite = ({ kind, isWithdrawn }: LiveTlbEntry) => kind === "write" && !isWithdrawn;
/** In an entry of a region. */
const [stateInEntry, regionInEntry, placeInEntry] = [2, 4, 12] as const;
const [addendInEntry, slotInEntry] = [8, 12] as const;

type Plant = (field: Field) => void;

/** How each fault comes about. */
const plants: Readonly<Record<keyof typeof translationFaults, Plant>> = {
  recordsOutOfPool: (field) => {
    const at = first(field.codeSlots()) + recordsInSlot;
    field.setWord(at, field.word(at) + pageBytes);
  },
  recordsOfOthers: (field) => {
    const slot = first(field.codeSlots().filter((one) => field.sharing(one) !== undefined));
    const other = field.codeSlots().find((one) => field.word(one) !== field.word(slot));
    field.setWord(field.sharing(slot) as number, field.word(other as number));
  },
  straddling: (field) => field.setHalfword(first(field.plain()).at, specialOperations.straddling),
  sharedEntry: (field) => {
    const [one, other] = field.entries() as [KnownRecord, KnownRecord];
    field.setHalfword(one.mark, field.memory.getUint16(other.mark, true));
  },
  regionGone: (field) => {
    const unused = Math.max(...field.live) + 1;
    field.setHalfword(first(field.entries()).entry + regionInEntry, unused);
  },
  regionElsewhere: (field) => {
    const { entry, at } = first(field.entries());
    const other = field.live.find((region) => {
      const pages = Array.from({ length: regionLinkBytes / 4 }, (_, i) =>
        field.word(field.link(region) + 4 * i),
      );
      return !pages.some((page) => at >= page && at < page + codeMarksOffset);
    });
    field.setHalfword(entry + regionInEntry, other as number);
  },
  entryElsewhere: (field) => {
    const at = first(field.entries()).entry + placeInEntry;
    field.setWord(at, field.word(at) + 2);
  },
  // The wrong index: the region would go on at another of its places.
  entryTwice: (field) => {
    const region = ({ entry }: KnownRecord) => field.memory.getUint16(entry + regionInEntry, true);
    const all = field.entries();
    const [one, other] = all.flatMap((each) => {
      const same = all.find((another) => another !== each && region(another) === region(each));
      return same ? [each, same] : [];
    }) as [KnownRecord, KnownRecord];
    const state = field.memory.getUint16(other.entry + stateInEntry, true);
    field.setHalfword(one.entry + stateInEntry, state);
  },
  // A store to code that nobody has noticed.
  otherOperation: (field) => {
    const slot = first(field.codeSlots());
    const frame = field.word(slot) & -pageBytes;
    for (let offset = 0; offset < pageBytes; offset += 2) field.setHalfword(frame + offset, 0);
  },
  otherOperands: (field) => {
    const at = first(field.plain()).at + 2;
    field.setHalfword(at, field.memory.getUint16(at, true) ^ 8);
  },
  noLinks: (field) => {
    const links = field.link(first(field.live));
    for (let at = 0; at < regionLinkBytes; at += 4) field.setWord(links + at, 0);
  },
  linksLeft: (field) => {
    const unused = Math.max(...field.live) + 1;
    field.setWord(field.link(unused), field.word(field.link(first(field.live))));
  },
  // A page of code was dropped, and a region that was made of it was not.
  linkDropped: (field) => {
    for (const slot of field.codeSlots()) {
      const sharing = field.sharing(slot);
      field.setWord(slot + recordsInSlot, 0);
      if (sharing !== undefined) field.setWord(sharing + recordsInSlot, 0);
    }
  },
  otherPage: (field) => {
    const at = field.tlb(isRead).at + slotInEntry;
    field.setWord(at, field.word(at) + slotBytes);
  },
  otherRecords: (field) => {
    const at = field.tlb(({ kind }) => kind === "fetch").at + addendInEntry;
    field.setWord(at, field.word(at) + recordBytes);
  },
  otherFrame: (field) => {
    const at = field.tlb(isRead).at + addendInEntry;
    field.setWord(at, field.word(at) + pageBytes);
  },
  writesCode: (field) => {
    const { slot } = field.tlb(isWrite);
    field.setWord(slot + recordsInSlot, field.word(first(field.codeSlots()) + recordsInSlot));
  },
  writesShared: (field) => {
    const { slot } = field.tlb(isWrite);
    field.setWord(slot, field.word(slot) & ~entryWritable);
  },
  noHint: (field) => {
    const { slot } = field.tlb((one) => isRead(one) && (field.word(one.slot) & entryShared) !== 0);
    field.setWord(field.hints(slot), 0);
  },
  sharedAndWritable: (field) => {
    const { slot } = field.tlb(isWrite);
    field.setWord(slot, field.word(slot) | entryShared);
  },
};

/** A machine and its clone, both of which went on for a while. */
function fieldOfTwo() {
  const observed = observedTranslation(128 * 2 ** 20, { ...eagerHeat, interval: 1 });
  const resources = () => ({ console: recordedConsole().sink, disks: new Map() });
  const image = patchingGuest([script], 1000);
  const machine = observed.monitor.createMachine(
    bareMetal(image, { engine: "translate" }),
    resources(),
  );
  machine.run(3001);
  const clone = machine.fork(resources());
  for (const each of [machine, clone]) each.run(400);
  return { observed, field: new Field(observed), machine };
}

test.each(Object.keys(plants) as (keyof typeof plants)[])(
  "a look at code cache and TLB finds %s",
  (name) => {
    const { observed, field } = fieldOfTwo();
    expect(brokenInvariants(observed)).toEqual([]);
    plants[name](field);
    expect(brokenInvariants(observed).join("\n")).toContain(translationFaults[name]);
  },
);

test("a look finds a withdrawn entry that would be put back for another page", () => {
  const { observed, field, machine } = fieldOfTwo();
  machine.ram.capture();
  expect(brokenInvariants(observed)).toEqual([]);
  const at = field.tlb(({ isWithdrawn }) => isWithdrawn).at + slotInEntry;
  field.setWord(at, field.word(at) + slotBytes);
  expect(brokenInvariants(observed).join("\n")).toMatch(/withdrawn .* another page/);
});
