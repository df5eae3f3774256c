import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { heapBase as heapBaseOf, heapBytes, pageBytes, smallestMemoryBytes } from "./layout.ts";
import { MachineMemory } from "./machine-memory.ts";

const create = (bytes = smallestMemoryBytes) => new MachineMemory(compiler.createMemory(bytes));

test("a memory without room for frames is refused with advice", () => {
  expect(() => create(smallestMemoryBytes - 65_536)).toThrow("leaves no room for guests");
});

describe("frames", () => {
  test("are distinct, beyond the heap and never the zero frame", () => {
    const memory = create();
    const frames = Array.from({ length: 100 }, () => memory.allocateFrame() as number);
    expect(new Set(frames).size).toBe(100);
    const end = (heapBaseOf(smallestMemoryBytes) + heapBytes(smallestMemoryBytes)) / pageBytes;
    expect(Math.min(...frames)).toBeGreaterThanOrEqual(end);
    expect(frames).not.toContain(memory.zeroFrame);
  });

  test("are zero-filled, also when somebody else wrote them before", () => {
    const memory = create();
    const frame = memory.allocateFrame() as number;
    memory.bytes.fill(0xa5, frame * pageBytes, (frame + 1) * pageBytes);
    expect(memory.releaseFrame(frame)).toBe(true);
    const again = memory.allocateFrame() as number;
    expect(again).toBe(frame);
    const content = memory.bytes.subarray(again * pageBytes, (again + 1) * pageBytes);
    expect(content.every((byte) => byte === 0)).toBe(true);
  });

  test("run out at the end of the memory, and come back when they are released", () => {
    const memory = create();
    const all = memory.freeFrames;
    const frames = Array.from({ length: all }, () => memory.allocateFrame() as number);
    expect(Math.max(...frames)).toBe(smallestMemoryBytes / pageBytes - 1);
    expect(memory.allocateFrame()).toBeUndefined();
    expect(memory.freeFrames).toBe(0);
    for (const frame of frames) memory.releaseFrame(frame);
    expect(memory.freeFrames).toBe(all);
    expect(memory.allocateFrame()).toBeTypeOf("number");
  });

  test("the number of free ones follows every allocation and release", () => {
    const memory = create();
    const all = memory.freeFrames;
    const held: number[] = [];
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (allocations) => {
        for (const allocates of allocations) {
          if (allocates) held.push(memory.allocateFrame() as number);
          else if (held.length > 0) memory.releaseFrame(held.shift() as number);
        }
        expect(memory.freeFrames).toBe(all - held.length);
        expect(new Set(held).size).toBe(held.length);
      }),
    );
  });
});

describe("the heap", () => {
  const size = fc.integer({ min: 1, max: 40 * pageBytes });
  const commands = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("allocate" as const), bytes: size }),
      fc.record({ kind: fc.constant("free" as const), which: fc.nat() }),
    ),
    { maxLength: 60 },
  );
  const whole = heapBytes(smallestMemoryBytes);
  const heapBase = heapBaseOf(smallestMemoryBytes);

  test("gives zeroed, page-aligned blocks that never overlap, and is one block again at the end", () => {
    const memory = create();
    fc.assert(
      fc.property(commands, (sequence) => {
        const held: { start: number; bytes: number }[] = [];
        for (const command of sequence) {
          if (command.kind === "allocate") {
            const { bytes } = command;
            const start = memory.allocate(bytes);
            expect(start % pageBytes).toBe(0);
            expect(start).toBeGreaterThanOrEqual(heapBase);
            expect(start + bytes).toBeLessThanOrEqual(heapBase + whole);
            const clash = held.find((b) => start < b.start + b.bytes && b.start < start + bytes);
            expect(clash).toBeUndefined();
            expect(memory.bytes[start]).toBe(0);
            expect(memory.bytes[start + bytes - 1]).toBe(0);
            memory.bytes.fill(0xff, start, start + bytes);
            held.push({ start, bytes });
          } else if (held.length > 0) {
            const [block] = held.splice(command.which % held.length, 1);
            if (block) memory.free(block.start, block.bytes);
          }
        }
        for (const { start, bytes } of held) memory.free(start, bytes);
        // Only where all the pieces have grown together again is there room for the whole.
        expect(memory.allocate(whole)).toBe(heapBase);
        memory.free(heapBase, whole);
      }),
      { numRuns: 40 },
    );
  });

  test("that is full fails with advice, and works again after something was freed", () => {
    const memory = create();
    const start = memory.allocate(whole);
    expect(() => memory.allocate(1)).toThrow("no room for the tables of one more VM");
    memory.free(start, whole);
    expect(memory.allocate(1)).toBe(start);
  });
});

test("words and halfwords are little-endian, unsigned numbers", () => {
  const memory = create();
  const at = memory.allocate(16);
  memory.setWide(at, 0xfedc_ba98_7654_3210n);
  expect(memory.word(at)).toBe(0x7654_3210);
  expect(memory.word(at + 4)).toBe(0xfedc_ba98);
  expect(memory.halfword(at + 2)).toBe(0x7654);
  memory.setHalfword(at, 0xffff);
  memory.setWord(at + 4, -1);
  expect(memory.wide(at)).toBe(0xffff_ffff_7654_ffffn);
  memory.setWide(at, -1n);
  expect(memory.wide(at)).toBe(2n ** 64n - 1n);
});

describe("what threads share", () => {
  const place = (pcpu: number) => ({ pcpu, pcpus: 3 });

  test("numbers of regions and entries are never two threads', and entry 0 is nobody's", () => {
    const wasm = compiler.createMemory(smallestMemoryBytes);
    const views = [0, 1, 2].map((pcpu) => new MachineMemory(wasm, place(pcpu)));
    for (const kind of ["regionNumbers", "entryNumbers"] as const) {
      const ranges = views.map((view) => view[kind]).sort((a, b) => a.first - b.first);
      ranges.forEach(({ first, end }, index) => {
        expect(first).toBeGreaterThanOrEqual(ranges[index - 1]?.end ?? 0);
        expect(end - first).toBeGreaterThan(20_000);
        expect(end).toBeLessThanOrEqual(65_536);
      });
    }
    expect(Math.min(...views.map(({ entryNumbers }) => entryNumbers.first))).toBe(1);
  });

  test("a thread that has ended leaves nothing behind, and its neighbours what they have", () => {
    const wasm = compiler.createMemory(smallestMemoryBytes);
    const [keeper, lost, other] = [0, 1, 2].map((pcpu) => new MachineMemory(wasm, place(pcpu)));
    if (!keeper || !lost || !other) throw new Error("three views were made");
    const before = {
      frames: keeper.freeFrames,
      heap: keeper.freeHeap,
      code: keeper.codePages.used,
    };
    const kept = other.allocateFrame() as number;
    const shared = lost.allocateFrame() as number;
    other.retainFrame(shared);
    other.bytes.fill(7, shared * pageBytes, (shared + 1) * pageBytes);
    for (let count = 0; count < 600; count++) lost.allocateFrame();
    lost.setWord(lost.allocate(5000), 77);
    lost.codePages.promise(20);
    lost.codePages.allocate();

    expect(keeper.reclaim(1)).toBe(600);
    expect(keeper.freeFrames).toBe(before.frames - 2);
    expect([keeper.freeHeap, keeper.codePages.used]).toEqual([before.heap, before.code]);
    expect(other.references(kept)).toBe(1);
    expect(other.references(shared)).toBe(1);
    expect(other.bytes[shared * pageBytes]).toBe(7);
    expect(keeper.reclaim(1)).toBe(0);

    const anew = new MachineMemory(wasm, place(1));
    const block = anew.allocate(heapBytes(smallestMemoryBytes));
    expect(anew.bytes.subarray(block, block + 2 ** 23).every((byte) => byte === 0)).toBe(true);
    const frames = Array.from({ length: before.frames - 2 }, () => anew.allocateFrame() as number);
    expect(new Set([...frames, kept, shared]).size).toBe(before.frames);
    expect(anew.allocateFrame()).toBeUndefined();
  });
});
