import process from "node:process";
import { describe, expect, test } from "vitest";
import { inTime } from "./in-time.ts";

const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

describe("inTime", () => {
  test("says yes to what is done, and leaves no timer that would keep the process", async () => {
    const before = timers();
    const answer = inTime(Promise.resolve("done"), 60_000);
    expect(timers()).toBe(before + 1);
    expect(await answer).toBe(true);
    expect(timers()).toBe(before);
  });

  test("says no to what takes longer", async () => {
    expect(await inTime(new Promise(() => undefined), 5)).toBe(false);
  });

  test("says no to what fails, even when nobody listens any more", async () => {
    expect(await inTime(Promise.reject(new Error("gone")), 60_000)).toBe(false);
    const late = Promise.withResolvers<void>();
    expect(await inTime(late.promise, 5)).toBe(false);
    // Unhandled it would fail this test's file.
    late.reject(new Error("gone later"));
  });
});
