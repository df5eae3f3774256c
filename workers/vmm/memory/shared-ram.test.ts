/** RAMs that share frames, lose pages and are watched, beside plain arrays. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { entryShared, entryWritable } from "./guest-map.ts";
import { GuestRam } from "./guest-ram.ts";
import { pageBytes, smallestMemoryBytes } from "./layout.ts";
import { MachineMemory } from "./machine-memory.ts";
import type { PageLog } from "./page-log.ts";
import { RamImage } from "./ram-image.ts";

const base = 0x8000_0000;
const pages = 12;
/** Set SHARED_RAM_RUNS for a longer search. */
const numRuns = Number(process.env.SHARED_RAM_RUNS ?? 150);
const memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
const tlbs = {
  flush() {},
  withdrawWrites() {},
  withdrawData() {},
  fetchSlots: () => [],
  noteShared() {},
  redirectReads() {},
};

function create(image?: RamImage | GuestRam, fetch?: (page: number) => Uint8Array): GuestRam {
  return new GuestRam({
    ...{ memory, base, bytes: pages * pageBytes, limit: pages, tlbs, image },
    source: fetch && { fetch },
    onCodeWrite() {},
    onSweepDue() {},
  });
}

function contentOf(ram: GuestRam): Uint8Array {
  const content = new Uint8Array(pages * pageBytes);
  ram.read(base, content);
  return content;
}

/** What one log should say. */
interface Watch {
  readonly log: PageLog;
  readonly dirty: Set<number>;
}

/** A RAM and what it should be. */
interface Twin {
  readonly ram: GuestRam;
  readonly model: Uint8Array;
  readonly watches: Watch[];
  /** How many captures and adoptions lie between it and a RAM that was made empty. */
  readonly depth: number;
}

interface Picture {
  readonly image: RamImage;
  readonly model: Uint8Array;
  readonly depth: number;
}

const step = fc.record({
  kind: fc.constantFrom(
    ...([
      "write",
      "write",
      "write",
      "clear",
      "touch",
      "capture",
      "capture-some",
      "fork",
      "fork",
    ] as const),
    ...([
      "clone",
      "fork-absent",
      "supply",
      "release",
      "dispose",
      "watch",
      "harvest",
      "close",
      "sweep",
    ] as const),
  ),
  which: fc.nat(),
  other: fc.nat(),
  offset: fc.nat(pages * pageBytes - 1),
  value: fc.integer({ min: 1, max: 255 }),
});

class Family {
  readonly twins: Twin[] = [
    { ram: create(), model: new Uint8Array(pages * pageBytes), watches: [], depth: 0 },
  ];
  readonly pictures: Picture[] = [];
  deepest = 0;

  take({
    kind,
    which,
    other,
    offset,
    value,
  }: Readonly<typeof step extends fc.Arbitrary<infer S> ? S : never>): void {
    const twin = this.twins[which % this.twins.length] as Twin;
    const { ram, model, watches } = twin;
    const page = Math.floor(offset / pageBytes);
    const watch = watches[other % Math.max(1, watches.length)];
    const picture = this.pictures[other % Math.max(1, this.pictures.length)];
    switch (kind) {
      case "write": {
        const bytes = new Uint8Array(1 + (other % 9000)).fill(value);
        const isInside = offset + bytes.length <= model.length;
        expect(ram.write(base + offset, bytes)).toBe(isInside);
        if (!isInside) return;
        model.set(bytes, offset);
        this.#dirty(twin, page, Math.floor((offset + bytes.length - 1) / pageBytes));
        return;
      }
      case "clear":
        if ((ram.entry(page) & ~0xfff) === 0) return;
        ram.write(base + page * pageBytes, new Uint8Array(pageBytes));
        model.fill(0, page * pageBytes, (page + 1) * pageBytes);
        this.#dirty(twin, page, page);
        return;
      case "touch":
        // As a hart's first store does, which then may not come to be.
        if (ram.isAbsent(page)) return;
        ram.materialise(page);
        this.#dirty(twin, page, page);
        return;
      case "capture":
        this.pictures.push({ image: ram.capture(), model: model.slice(), depth: twin.depth + 1 });
        return;
      case "capture-some": {
        const image = ram.capture([page]);
        for (const each of image.pages()) {
          const start = each.page * pageBytes;
          expect(Buffer.compare(each.bytes, model.subarray(start, start + pageBytes))).toBe(0);
        }
        image.release();
        return;
      }
      case "fork":
        if (picture) this.#fork(picture, picture.image);
        return;
      case "clone":
        this.#fork({ model, depth: twin.depth + 1 }, ram);
        return;
      case "fork-absent": {
        if (!picture || picture.image.absent.length > 0) return;
        const held = [...picture.image.pages()];
        const isAway = (each: { page: number; bytes: Uint8Array }) =>
          each.page % 3 === value % 3 && each.bytes.some((byte) => byte !== 0);
        const image = RamImage.of(memory, {
          ...picture.image,
          ...{ readZeros: picture.image.readZeros, pinned: [], sweepAt: picture.image.sweepAt },
          absent: held.filter(isAway).map((each) => each.page),
          pages: held.filter((each) => !isAway(each)),
        });
        this.#fork(picture, image);
        image.release();
        return;
      }
      case "supply": {
        const start = page * pageBytes;
        ram.supply(page, model.slice(start, start + pageBytes));
        expect(ram.isAbsent(page)).toBe(false);
        return;
      }
      case "release":
        if (!picture) return;
        picture.image.release();
        this.pictures.splice(this.pictures.indexOf(picture), 1);
        return;
      case "dispose":
        if (this.twins.length === 1) return;
        ram.dispose();
        this.twins.splice(this.twins.indexOf(twin), 1);
        return;
      case "watch":
        watches.push({ log: ram.openDirtyLog(), dirty: new Set() });
        return;
      case "harvest":
        if (!watch) return;
        expect(watch.log.harvest()).toEqual([...watch.dirty].sort((a, b) => a - b));
        watch.dirty.clear();
        return;
      case "close":
        if (!watch) return;
        watch.log.close();
        watches.splice(watches.indexOf(watch), 1);
        return;
      case "sweep":
        ram.sweep(() => expect.unreachable("no page has code"));
        return;
    }
  }

  #dirty({ watches }: Twin, first: number, last: number): void {
    for (let page = first; page <= last; page++) for (const { dirty } of watches) dirty.add(page);
  }

  #fork({ model, depth }: Omit<Picture, "image">, image: RamImage | GuestRam): void {
    if (this.twins.length > 6) return;
    const then = model.slice();
    const fetch = (page: number) => then.slice(page * pageBytes, (page + 1) * pageBytes);
    this.twins.push({ ram: create(image, fetch), model: model.slice(), watches: [], depth });
    this.deepest = Math.max(this.deepest, depth);
  }

  check(): void {
    for (const { ram, model } of this.twins) {
      for (let page = 0; page < pages; page++) {
        const entry = ram.entry(page);
        if (!(entry & entryWritable)) continue;
        expect(entry & entryShared).toBe(0);
        expect(memory.references(Math.floor(entry / pageBytes))).toBe(1);
      }
      ram.forEachResident((page, content) => {
        const start = page * pageBytes;
        expect(Buffer.compare(content, model.subarray(start, start + pageBytes))).toBe(0);
      });
    }
  }

  end(): void {
    for (const { ram, model } of this.twins) {
      expect(Buffer.compare(contentOf(ram), model)).toBe(0);
      ram.dispose();
    }
    for (const { image, model } of this.pictures) {
      for (const { page, bytes } of image.pages()) {
        const start = page * pageBytes;
        expect(Buffer.compare(bytes, model.subarray(start, start + pageBytes))).toBe(0);
      }
      image.release();
    }
  }
}

test(
  "RAMs that fork, share, lose pages and are watched are plain arrays, and leave nothing behind",
  () => {
    const [frames, heap] = [memory.freeFrames, memory.freeHeap];
    let deepest = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 150, size: "max" }), (steps) => {
        const family = new Family();
        for (const one of steps) {
          family.take(one);
          family.check();
        }
        deepest = Math.max(deepest, family.deepest);
        family.end();
        expect([memory.freeFrames, memory.freeHeap]).toEqual([frames, heap]);
      }),
      { numRuns },
    );
    expect(deepest, "forks of forks of forks were among them").toBeGreaterThanOrEqual(3);
  },
  10_000 + 20 * numRuns,
);

describe("a page that is shared", () => {
  const filled = () => {
    const ram = create();
    for (let page = 0; page < pages; page++) {
      ram.write(base + page * pageBytes, Uint8Array.of(page + 1));
    }
    return ram;
  };

  test("is copied by each of two forks that write it, and the origin keeps its own", () => {
    const origin = filled();
    const image = origin.capture();
    const forks = [create(image), create(image)];
    image.release();
    const free = memory.freeFrames;
    for (const [i, fork] of forks.entries()) fork.write(base, Uint8Array.of(100 + i));
    expect(memory.freeFrames).toBe(free - 2);
    expect([origin, ...forks].map((ram) => contentOf(ram)[0])).toEqual([1, 100, 101]);
    for (const ram of [origin, ...forks]) ram.dispose();
  });

  test("outlives the origin, and is not copied when nobody else has it any more", () => {
    const before = memory.freeFrames;
    const origin = filled();
    const image = origin.capture();
    const fork = create(image);
    image.release();
    origin.dispose();
    const free = memory.freeFrames;
    expect(free).toBe(before - pages);
    for (let page = 0; page < pages; page++) {
      fork.write(base + page * pageBytes + 1, Uint8Array.of(7));
    }
    expect(memory.freeFrames).toBe(free);
    expect(contentOf(fork)[pageBytes]).toBe(2);
    fork.dispose();
    expect(memory.freeFrames).toBe(before);
  });

  test("of zeros in an image costs no frame, but counts, until a sweep finds it", () => {
    const zeros = new Uint8Array(pageBytes);
    const [free, state] = [
      memory.freeFrames,
      { readZeros: [], absent: [], pinned: [], sweepAt: 1024 },
    ];
    const image = RamImage.of(memory, { ...state, pages: [{ page: 2, bytes: zeros }] });
    const ram = create(image);
    expect([ram.residentPages, memory.freeFrames]).toEqual([1, free]);
    ram.write(base + 2 * pageBytes + 5, Uint8Array.of(1));
    expect([ram.residentPages, memory.freeFrames]).toEqual([1, free - 1]);
    const other = create(image);
    other.sweep(() => {});
    expect([other.residentPages, other.entry(2)]).toEqual([0, 0]);
    for (const each of [ram, other]) each.dispose();
    image.release();
  });

  test("that is absent and that nobody can bring is an error, not a page of zeros", () => {
    const state = { readZeros: [], pinned: [], sweepAt: 1024, pages: [] };
    const ram = create(RamImage.of(memory, { ...state, absent: [3] }));
    expect(() => ram.read(base + 3 * pageBytes, new Uint8Array(1))).toThrow("page 3 is absent");
    ram.dispose();
  });
});
