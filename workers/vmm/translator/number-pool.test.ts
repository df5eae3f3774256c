import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberPool } from "./number-pool.ts";

test("a number has one owner at a time, and lies in the pool's range", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 5 }),
      fc.array(fc.nat(30), { maxLength: 100 }),
      (size, first, wishes) => {
        const pool = new NumberPool({ first, end: first + size });
        const owned: number[] = [];
        for (const wish of wishes) {
          expect([pool.left, pool.used]).toEqual([size - owned.length, owned.length]);
          if (wish % 3 === 0 && owned.length > 0) {
            pool.give(owned.splice(wish % owned.length, 1)[0] as number);
          } else if (pool.left > 0) {
            const number = pool.take();
            expect(owned).not.toContain(number);
            expect(number).toBeGreaterThanOrEqual(first);
            expect(number).toBeLessThan(first + size);
            owned.push(number);
          }
        }
      },
    ),
  );
});

test("an empty pool says so, and goes on when a number comes back", () => {
  const pool = new NumberPool({ first: 0, end: 2 });
  const [first] = [pool.take(), pool.take()];
  expect(pool.left).toBe(0);
  expect(() => pool.take()).toThrow(RangeError);
  pool.give(first);
  expect(pool.take()).toBe(first);
});
