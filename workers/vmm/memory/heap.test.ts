import fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "./heap.ts";
import { heapBase, heapBytes, heapUnitBytes, pageBytes, smallestMemoryBytes } from "./layout.ts";

const base = heapBase(smallestMemoryBytes);
const whole = heapBytes(smallestMemoryBytes);
/** One for all runs: each leaves it empty and zero. */
const bytes = new Uint8Array(new SharedArrayBuffer(smallestMemoryBytes));

const command = fc.oneof(
  fc.record({
    kind: fc.constant("allocate" as const),
    by: fc.nat(2),
    bytes: fc.integer({ min: 1, max: 1.5 * heapUnitBytes }),
  }),
  fc.record({ kind: fc.constant("release" as const), by: fc.nat(2), which: fc.nat() }),
  fc.record({ kind: fc.constant("end" as const), by: fc.nat(2) }),
);

test("threads get zeroed blocks that never overlap, and one that has ended leaves no trace", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60, size: "max" }), (commands) => {
      const heaps = [0, 1, 2].map((pcpu) => new Heap(bytes, pcpu));
      const held: { start: number; bytes: number }[][] = heaps.map(() => []);
      for (const each of commands) {
        const heap = heaps[each.by] as Heap;
        const own = held[each.by] as { start: number; bytes: number }[];
        if (each.kind === "allocate") {
          let start: number;
          try {
            start = heap.allocate(each.bytes);
          } catch {
            expect(held.flat().length).toBeGreaterThan(0);
            continue;
          }
          const end = start + each.bytes;
          expect(start >= base && end <= base + whole && start % pageBytes === 0).toBe(true);
          expect(
            held.flat().find((b) => start < b.start + b.bytes && b.start < end),
          ).toBeUndefined();
          expect([bytes[start], bytes[end - 1]]).toEqual([0, 0]);
          bytes.fill(0xff, start, start + 1);
          bytes.fill(0xff, end - 1, end);
          own.push({ start, bytes: each.bytes });
        } else if (each.kind === "release") {
          const [block] = own.splice(each.which % Math.max(1, own.length), 1);
          if (block) heap.release(block.start, block.bytes);
        } else {
          held[each.by] = [];
          heaps[(each.by + 1) % 3]?.reclaim(each.by);
          heaps[each.by] = new Heap(bytes, each.by);
        }
      }
      for (const [by, blocks] of held.entries()) {
        for (const block of blocks) heaps[by]?.release(block.start, block.bytes);
      }
      // Only where nothing is anybody's any more is there room for the whole.
      expect(heaps[2]?.free).toBe(whole);
      expect(heaps[1]?.allocate(whole)).toBe(base);
      heaps[1]?.release(base, whole);
    }),
    { numRuns: 40 },
  );
});
