import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedDowntime, isConverged, nextShare, type RoundStatistics } from "./is-converged.ts";

const round: RoundStatistics = {
  ...{ rounds: 2, dirtyPages: 100, bytesPerPage: 4000, bytesPerMillisecond: 100_000 },
  ...{ dirtiedPages: 100, roundMilliseconds: 50 },
};

describe("a migration is converged", () => {
  test("where what is left is sent within the downtime", () => {
    expect(expectedDowntime(round)).toBe(4);
    expect(isConverged(round, { downtime: 4, mostRounds: 30 })).toBe(true);
    expect(isConverged(round, { downtime: 3.9, mostRounds: 30 })).toBe(false);
  });

  test("where there is nothing left, whatever was measured", () => {
    const nothing = { ...round, dirtyPages: 0, bytesPerMillisecond: 0 };
    expect(isConverged(nothing, { downtime: 0, mostRounds: 30 })).toBe(true);
  });

  test("after the most rounds in any case", () => {
    expect(isConverged({ ...round, rounds: 30 }, { downtime: 0, mostRounds: 30 })).toBe(true);
  });

  test("not later with fewer pages, more bandwidth or more patience", () => {
    const number = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(number, number, number, number, (dirtyPages, speed, downtime, more) => {
        const before = { ...round, dirtyPages, bytesPerMillisecond: speed };
        if (!isConverged(before, { downtime, mostRounds: 30 })) return;
        const fewer = { ...before, dirtyPages: Math.max(0, dirtyPages - more) };
        const faster = { ...before, bytesPerMillisecond: speed + more };
        expect(isConverged(fewer, { downtime, mostRounds: 30 })).toBe(true);
        expect(isConverged(faster, { downtime, mostRounds: 30 })).toBe(true);
        expect(isConverged(before, { downtime: downtime + more, mostRounds: 30 })).toBe(true);
      }),
    );
  });
});

describe("a guest's share of its instructions", () => {
  const losing = { ...round, dirtiedPages: 1000 };

  test("shrinks with each round in which it writes half as fast as is sent, down to a hundredth", () => {
    let share = 1;
    for (let rounds = 2; rounds < 30; rounds++) {
      const next = nextShare(share, { ...losing, rounds });
      expect(next).toBeLessThanOrEqual(share);
      share = next;
    }
    expect(share).toBe(0.01);
  });

  test("stays where it does not", () => {
    expect(nextShare(1, round)).toBe(1);
  });

  test("is of what it had, where sending left it less than it might have had", () => {
    expect(nextShare(0.2, losing, 0.8)).toBeLessThan(0.2);
    expect(nextShare(0.2, round, 0.8)).toBe(0.8);
  });

  test("shrinks after the first round, too, where as much is written as was sent", () => {
    const first = { ...round, rounds: 1, bytesPerPage: 1000, bytesPerMillisecond: 50 };
    expect(nextShare(1, { ...first, dirtiedPages: 500 })).toBeLessThan(1);
    expect(nextShare(1, { ...first, dirtiedPages: 0 })).toBe(1);
  });
});
