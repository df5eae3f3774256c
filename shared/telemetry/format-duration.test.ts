import { expect, test } from "vitest";
import { formatDuration } from "./format-duration.ts";

test.each([
  [0, "0 ns"],
  [0.4, "0 ns"],
  [84, "84 ns"],
  [999, "999 ns"],
  [1000, "1.00 µs"],
  [1237, "1.24 µs"],
  [12_370, "12.4 µs"],
  [999_600, "1.00 ms"],
  [310e6, "310 ms"],
  [2.706e9, "2.71 s"],
  [5400e9, "5400 s"],
])("%d ns are told as %s", (nanoseconds, text) => {
  expect(formatDuration(nanoseconds)).toBe(text);
});
