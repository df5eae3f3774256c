import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import type { MachineAddress } from "../base/units.ts";
import { entryPresent, recordsInSlot, slotOf } from "./guest-map.ts";
import { GuestRam } from "./guest-ram.ts";
import { pageBytes, smallestMemoryBytes } from "./layout.ts";
import { MachineMemory } from "./machine-memory.ts";

const base = 0x8000_0000;
const pages = 16;
const bytes = pages * pageBytes;

let memory: MachineMemory;
let remaps: number;
let codeWrites: MachineAddress[];
let sweepsDue: number;
beforeEach(() => {
  memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
  remaps = 0;
  codeWrites = [];
  sweepsDue = 0;
});

function create(limit = pages, ramBytes = bytes): GuestRam {
  const flush = () => {
    remaps++;
  };
  const tlbs = {
    flush,
    withdrawWrites() {},
    withdrawData() {},
    fetchSlots: () => [],
    noteShared() {},
    redirectReads() {},
  };
  const onCodeWrite = (slot: MachineAddress) => void codeWrites.push(slot);
  const onSweepDue = () => {
    sweepsDue++;
  };
  return new GuestRam({
    ...{ memory, base, bytes: ramBytes, limit, tlbs, onCodeWrite, onSweepDue },
  });
}

const address = fc.oneof(
  fc.integer({ min: base - 10, max: base + bytes + 10 }),
  fc.nat(pages).map((page) => base + page * pageBytes - 3),
  fc.constantFrom(0, -1, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 53)),
);
const operation = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    address,
    data: fc.uint8Array({ maxLength: 64 }),
  }),
  fc.record({ kind: fc.constant("read" as const), address, length: fc.nat(3 * pageBytes) }),
);

test("reads and writes are those of a plain array, and refuse whatever leaves it", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      const ram = create();
      const model = new Uint8Array(bytes);
      for (const one of operations) {
        const start = one.address - base;
        const length = one.kind === "write" ? one.data.length : one.length;
        const isInside = start >= 0 && start + length <= bytes;
        if (one.kind === "write") {
          expect(ram.write(one.address, one.data)).toBe(isInside);
          if (isInside) model.set(one.data, start);
        } else {
          const target = new Uint8Array(length).fill(0xee);
          expect(ram.read(one.address, target)).toBe(isInside);
          const expected = isInside ? model.subarray(start, start + length) : target.fill(0xee);
          expect(Buffer.compare(target, expected)).toBe(0);
        }
      }
      const whole = new Uint8Array(bytes);
      ram.read(base, whole);
      expect(Buffer.compare(whole, model)).toBe(0);
      ram.dispose();
    }),
    { numRuns: 200 },
  );
});

describe("pages", () => {
  test("cost a frame when they are written, not when they are promised or read", () => {
    const free = memory.freeFrames;
    const ram = create();
    ram.read(base, new Uint8Array(bytes));
    expect(memory.freeFrames).toBe(free);
    expect(ram.residentPages).toBe(0);
    ram.write(base + pageBytes - 1, Uint8Array.of(1, 2));
    expect(ram.residentPages).toBe(2);
    expect(memory.freeFrames).toBe(free - 2);
    ram.write(base, Uint8Array.of(3));
    expect(ram.residentPages).toBe(2);
  });

  test("are visited in order with their content", () => {
    const ram = create();
    for (const page of [9, 2, 5]) ram.write(base + page * pageBytes, Uint8Array.of(page));
    const seen: number[][] = [];
    ram.forEachResident((page, content) => seen.push([page, content[0] as number, content.length]));
    expect(seen).toEqual([2, 5, 9].map((page) => [page, page, pageBytes]));
  });

  test("beyond the limit end the VM with advice, and leave the rest as it was", () => {
    const ram = create(2);
    ram.write(base, Uint8Array.of(1));
    ram.write(base + pageBytes, Uint8Array.of(2));
    const free = memory.freeFrames;
    expect(() => ram.materialise(2)).toThrow("needs more than 2 pages");
    expect(memory.freeFrames).toBe(free);
    expect(ram.residentPages).toBe(2);
    expect(ram.write(base, Uint8Array.of(7))).toBe(true);
  });

  test("that were mapped to the zero frame tell those who cached it when they get their own", () => {
    const ram = create();
    ram.materialise(3);
    expect(remaps).toBe(0);
    memory.setWord(slotOf(ram.map, 4), memory.zeroFrame * pageBytes + entryPresent);
    ram.materialise(4);
    expect(remaps).toBe(1);
    ram.materialise(4);
    expect(remaps).toBe(1);
  });

  test("that hold decoded code announce a write before it happens", () => {
    const ram = create();
    const slot = slotOf(ram.map, 1);
    ram.write(base + pageBytes, Uint8Array.of(1));
    expect(codeWrites).toEqual([]);
    memory.setWord(slot + recordsInSlot, 0x0100_0000);
    ram.write(base, new Uint8Array(2 * pageBytes));
    expect(codeWrites).toEqual([slot]);
  });
});

describe("pages of zeros", () => {
  test("cost nothing when they are written to pages that nobody has touched", () => {
    const ram = create();
    ram.write(base, new Uint8Array(4 * pageBytes));
    expect(ram.residentPages).toBe(0);
    ram.write(base + 8, Uint8Array.of(1));
    ram.write(base, new Uint8Array(4 * pageBytes));
    expect(ram.residentPages).toBe(1);
    const seen = new Uint8Array(16).fill(9);
    ram.read(base, seen);
    expect([...seen]).toEqual(Array.from({ length: 16 }, () => 0));
  });

  test("give their frames back when they are swept, and those who cached them hear of it", () => {
    const ram = create();
    const free = memory.freeFrames;
    for (let page = 0; page < 6; page++)
      ram.write(base + page * pageBytes, Uint8Array.of(page + 1));
    const pinned = ram.pin(1);
    for (const page of [0, 1, 4]) ram.write(base + page * pageBytes, Uint8Array.of(0));
    memory.setWord(slotOf(ram.map, 4) + recordsInSlot, 0x0100_0000);
    const before = remaps;
    const codeDropped: MachineAddress[] = [];
    ram.sweep((slot) => codeDropped.push(slot));
    expect(codeDropped).toEqual([slotOf(ram.map, 4)]);
    expect(remaps).toBe(before + 1);
    expect([ram.residentPages, memory.freeFrames]).toEqual([4, free - 4]);
    expect([0, 1, 4].map((page) => ram.entry(page) !== 0)).toEqual([false, true, false]);
    expect(pinned).toBe(slotOf(ram.map, 1));
    ram.sweep(() => expect.unreachable("there is nothing left to sweep"));
    expect(remaps).toBe(before + 1);
  });

  test("are to be swept when there are many more frames than after the last time", () => {
    const most = 2000;
    const ram = create(most, most * pageBytes);
    for (let page = 0; page < 1023; page++) ram.materialise(page);
    expect([ram.isSweepDue, sweepsDue]).toEqual([false, 0]);
    ram.materialise(1023);
    expect([ram.isSweepDue, sweepsDue]).toEqual([true, 1]);
    ram.sweep(() => {});
    expect([ram.isSweepDue, ram.residentPages]).toEqual([false, 0]);
    for (let page = 0; page < 1000; page++) ram.write(base + page * pageBytes, Uint8Array.of(1));
    ram.sweep(() => {});
    expect([ram.isSweepDue, ram.residentPages]).toEqual([false, 1000]);
    for (let page = 1000; page < most; page++) ram.materialise(page);
    expect(ram.isSweepDue).toBe(false);
  });
});

test("the zero frame stays zero whatever is written through pages that showed it", () => {
  const ram = create();
  for (let page = 0; page < pages; page++) {
    memory.setWord(slotOf(ram.map, page), memory.zeroFrame * pageBytes + entryPresent);
  }
  ram.write(base, new Uint8Array(bytes).fill(0xff));
  const zero = memory.bytes.subarray(
    memory.zeroFrame * pageBytes,
    (memory.zeroFrame + 1) * pageBytes,
  );
  expect(zero.every((byte) => byte === 0)).toBe(true);
});

test("disposing gives back every frame and the map", () => {
  const [free, heap] = [memory.freeFrames, memory.freeHeap];
  for (let round = 0; round < 200; round++) {
    const ram = create();
    ram.write(base + (round % 8) * pageBytes, new Uint8Array(3 * pageBytes).fill(1));
    ram.placeRom(Uint8Array.of(round));
    expect(memory.freeFrames).toBe(free - 4);
    ram.dispose();
    expect([memory.freeFrames, memory.freeHeap]).toEqual([free, heap]);
  }
});
