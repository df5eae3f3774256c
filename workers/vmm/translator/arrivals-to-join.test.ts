import { describe, expect, test } from "vitest";
import { arrivalsToJoin } from "./arrivals-to-join.ts";

describe("regions are joined", () => {
  test("after as many arrivals as their size costs", () => {
    expect(arrivalsToJoin(50_000, 200)).toBe(50_000);
    expect(arrivalsToJoin(50_000, 1000)).toBe(250_000);
    expect(arrivalsToJoin(50_000, 100)).toBe(25_000);
  });

  test("never at once, and never after more than can be counted", () => {
    expect(arrivalsToJoin(50_000, 1)).toBe(8000);
    expect(arrivalsToJoin(3, 1)).toBe(1);
    expect(arrivalsToJoin(2 ** 31 - 1, 1500)).toBe(2 ** 31 - 1);
  });
});
