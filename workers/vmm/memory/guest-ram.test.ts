import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import type { FrameNumber } from "../base/units.ts";
import { GuestRam } from "./guest-ram.ts";
import { codeTableBase, pageBytes, smallestMemoryBytes } from "./layout.ts";
import { MachineMemory } from "./machine-memory.ts";

const base = 0x8000_0000;
const pages = 16;
const bytes = pages * pageBytes;

let memory: MachineMemory;
let remaps: number;
let codeWrites: FrameNumber[];
beforeEach(() => {
  memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
  remaps = 0;
  codeWrites = [];
});

function create(limit = pages): GuestRam {
  const onRemap = () => {
    remaps++;
  };
  const onCodeWrite = (frame: FrameNumber) => void codeWrites.push(frame);
  return new GuestRam({ memory, base, bytes, limit, onRemap, onCodeWrite });
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
      ram.dispose(() => {});
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
    memory.setWord(ram.map + 4 * 4, memory.zeroFrame * pageBytes + 1);
    ram.materialise(4);
    expect(remaps).toBe(1);
    ram.materialise(4);
    expect(remaps).toBe(1);
  });

  test("that hold decoded code announce a write before it happens", () => {
    const ram = create();
    const frame = Math.floor(ram.materialise(1) / pageBytes);
    ram.write(base + pageBytes, Uint8Array.of(1));
    expect(codeWrites).toEqual([]);
    memory.setWord(codeTableBase + frame * 4, 0x0100_0000);
    ram.write(base, new Uint8Array(2 * pageBytes));
    expect(codeWrites).toEqual([frame]);
  });
});

test("the zero frame stays zero whatever is written through pages that showed it", () => {
  const ram = create();
  for (let page = 0; page < pages; page++) {
    memory.setWord(ram.map + page * 4, memory.zeroFrame * pageBytes + 1);
  }
  ram.write(base, new Uint8Array(bytes).fill(0xff));
  const zero = memory.bytes.subarray(
    memory.zeroFrame * pageBytes,
    (memory.zeroFrame + 1) * pageBytes,
  );
  expect(zero.every((byte) => byte === 0)).toBe(true);
});

test("disposing gives back every frame and the map, and says which frames became free", () => {
  const free = memory.freeFrames;
  for (let round = 0; round < 200; round++) {
    const ram = create();
    ram.write(base + (round % 8) * pageBytes, new Uint8Array(3 * pageBytes));
    const released: FrameNumber[] = [];
    ram.dispose((frame) => released.push(frame));
    expect(new Set(released).size).toBe(3);
    expect(memory.freeFrames).toBe(free);
  }
});
