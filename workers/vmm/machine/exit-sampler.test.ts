import { describe, expect, test } from "vitest";
import { ExitSampler } from "./exit-sampler.ts";

/** Goes through events that come at one rate. @returns how many were looked at, and stood for */
function look(sampler: ExitSampler, events: number, spacing: number, start = 0) {
  let looks = 0;
  let sum = 0;
  let next = start + sampler.next(start * spacing);
  for (let event = start + 1; event <= start + events; event++) {
    if (event < next) continue;
    looks++;
    sum += sampler.weight;
    next = event + sampler.next(event * spacing);
  }
  return { looks, sum };
}

describe("ExitSampler", () => {
  test.each([20, 200, 2000, 20_000])("its looks stand for all events, one in %i ns", (spacing) => {
    const events = 2e6;
    const { sum } = look(new ExitSampler(), events, spacing);
    expect(sum / events).toBeGreaterThan(0.93);
    expect(sum / events).toBeLessThan(1.07);
  });

  test("looks at each of events that are rare", () => {
    expect(look(new ExitSampler(), 1000, 1e6)).toEqual({ looks: 1000, sum: 1000 });
  });

  test("looks at each of the first events, and then at more and more for one that stands for more", () => {
    const sampler = new ExitSampler();
    expect(look(sampler, 255, 5)).toEqual({ looks: 255, sum: 255 });
    for (let events = 256; events < 1e6; events *= 2) {
      look(sampler, events, 5, events);
      expect(sampler.weight / (2 * events)).toBeLessThanOrEqual(1 / 64);
    }
    expect(sampler.weight).toBeGreaterThan(1000);
  });

  test("looks about once in 200 microseconds, however often events come", () => {
    for (const spacing of [5, 50, 500]) {
      const events = 2e6;
      const sampler = new ExitSampler();
      const before = 2e7;
      look(sampler, before, spacing);
      const { looks } = look(sampler, events, spacing, before);
      const distance = (events * spacing) / looks;
      expect(distance).toBeGreaterThan(80_000);
      expect(distance).toBeLessThan(420_000);
    }
  });

  test("follows a guest that changes its pace", () => {
    const sampler = new ExitSampler();
    look(sampler, 1e6, 20);
    expect(sampler.weight).toBeGreaterThan(500);
    look(sampler, 1e5, 1e6, 2e6);
    expect(sampler.weight).toBe(1);
  });

  test("picks the same events each time", () => {
    expect(look(new ExitSampler(), 1e5, 50)).toEqual(look(new ExitSampler(), 1e5, 50));
  });
});
