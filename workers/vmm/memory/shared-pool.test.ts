import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SharedPool } from "./shared-pool.ts";

/** A small machine memory: words at 0, claims and promises behind them. */
const place = { words: 0, claims: 1024, promises: 2048, first: 3, end: 103, perChunk: 8 };
const size = place.end - place.first;

/** Views of one pool, and what each thing holds: a stand-in for bytes, dirtied by whoever gets it. */
function views(count: number) {
  const memory = new Int32Array(new SharedArrayBuffer(4096));
  const content = new Map<number, number>();
  const create = (pcpu: number) =>
    new SharedPool(memory, pcpu, place, (thing) => content.set(thing, 0));
  return { pools: Array.from({ length: count }, (_, pcpu) => create(pcpu)), content, create };
}

const threads = 3;
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("allocate" as const), by: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("share" as const), by: fc.nat(2), which: fc.nat() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("release" as const), by: fc.nat(2), which: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const), by: fc.nat(2) }) },
);

describe("a pool that threads share", () => {
  test("gives each thing to one at a time, zero-filled, and knows when the last has let go", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400, size: "max" }), (commands) => {
        const { pools, content, create } = views(threads);
        /** The references of each thread, one entry for each. */
        const held: number[][] = pools.map(() => []);
        const countOf = (thing: number) => held.flat().filter((each) => each === thing).length;
        for (const each of commands) {
          const pool = pools[each.by] as SharedPool;
          const own = held[each.by] as number[];
          if (each.kind === "allocate") {
            const thing = pool.allocate();
            const inUse = new Set(held.flat());
            expect(thing === undefined).toBe(inUse.size === size);
            if (thing === undefined) continue;
            expect(inUse.has(thing)).toBe(false);
            expect(thing >= place.first && thing < place.end).toBe(true);
            expect(content.get(thing) ?? 0).toBe(0);
            content.set(thing, 1);
            own.push(thing);
          } else if (each.kind === "share") {
            const all = held.flat();
            if (all.length === 0) continue;
            const thing = all[each.which % all.length] as number;
            pool.retain(thing);
            own.push(thing);
          } else if (each.kind === "release") {
            if (own.length === 0) continue;
            const [thing] = own.splice(each.which % own.length, 1) as [number];
            expect(pool.release(thing)).toBe(countOf(thing) === 0);
          } else {
            const before = new Set(held.flat());
            held[each.by] = [];
            const freed = pools[(each.by + 1) % threads]?.reclaim(each.by);
            expect(freed).toBe(before.size - new Set(held.flat()).size);
            expect(pools[0]?.reclaim(each.by)).toBe(0);
            pools[each.by] = create(each.by);
          }
          expect(pool.used).toBe(new Set(held.flat()).size);
        }
        for (const [by, things] of held.entries()) {
          for (const thing of new Set(things)) {
            const others = held.filter((one, index) => index !== by && one.includes(thing)).length;
            const own = things.filter((each) => each === thing).length;
            expect(pools[by]?.references(thing)).toBe(own + others);
          }
        }
      }),
    );
  });

  test("leaves no room unused where one thread has let go what another needs", () => {
    const { pools } = views(2);
    const [first, second] = pools as [SharedPool, SharedPool];
    const things = Array.from({ length: size }, () => first.allocate() as number);
    expect(second.allocate()).toBeUndefined();
    const odd = things.filter((thing) => thing % 2 === 1);
    for (const thing of odd) first.release(thing);
    expect(odd.map(() => second.allocate())).not.toContain(undefined);
    expect(second.allocate()).toBeUndefined();
  });

  test("keeps few free things for a thread that had many", () => {
    const memory = new Int32Array(new SharedArrayBuffer(2 ** 18));
    const wide = {
      words: 0,
      claims: 2 ** 17,
      promises: 2 ** 16,
      first: 0,
      end: 16_000,
      perChunk: 16,
    };
    const [first, second] = [0, 1].map((pcpu) => new SharedPool(memory, pcpu, wide, () => {}));
    const things = Array.from({ length: 10_000 }, () => first?.allocate() as number);
    for (const thing of things) first?.release(thing);
    // What was used before is used again before what never was: the host backs it already.
    const again = Array.from({ length: 6000 }, () => second?.allocate() as number);
    expect(Math.max(...again)).toBeLessThan(10_000);
  });

  test("refuses to release what this thread does not hold", () => {
    const { pools } = views(2);
    const [first, second] = pools as [SharedPool, SharedPool];
    const thing = first.allocate() as number;
    expect(() => second.release(thing)).toThrow("not held");
    first.release(thing);
    expect(() => first.release(thing)).toThrow("not held");
  });

  test("promises no more than there is, whoever asks, until a promise is taken back", () => {
    const { pools, create } = views(2);
    const [first, second] = pools as [SharedPool, SharedPool];
    expect(first.promise(size - 10)).toBe(true);
    expect(second.promise(11)).toBe(false);
    expect(second.promise(10)).toBe(true);
    first.takeBack(1);
    expect(second.promise(1)).toBe(true);
    second.reclaim(0);
    expect(create(0).promise(size - 11)).toBe(true);
  });
});
