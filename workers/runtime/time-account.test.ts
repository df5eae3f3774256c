import fc from "fast-check";
import { expect, test } from "vitest";
import { type Spending, TimeAccount } from "./time-account.ts";

const spending = fc.constantFrom<Spending>("running", "idle", "waiting", "paused", "driver");
const stretch = fc.record({ what: spending, time: fc.nat(1e9) });

test("what was spent adds up to what has passed, each part to its own", () => {
  fc.assert(
    fc.property(fc.array(stretch), (stretches) => {
      let now = 5;
      const account = new TimeAccount(() => now);
      const expected = { running: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };
      for (const { what, time } of stretches) {
        account.spendOn(what);
        now += time;
        expected[what] += time;
      }
      expect(account.spent()).toEqual(expected);
      expect(Object.values(account.spent()).reduce((sum, part) => sum + part)).toBe(now - 5);
    }),
  );
});
