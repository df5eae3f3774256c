import { expect, test } from "vitest";
import { type FileOutcome, summarize } from "./summarize.ts";

const file = (...tests: FileOutcome["tests"]): FileOutcome => ({
  hasFailed: tests.includes("failed"),
  tests,
});

test("the closing line counts tests over all files", () => {
  expect(summarize([file("passed", "passed"), file("passed", "failed")], 0)).toBe(
    "3 passed, 1 failed",
  );
});

test("skipped tests are named only when there are some", () => {
  expect(summarize([file("passed", "skipped", "pending")], 0)).toBe(
    "1 passed, 0 failed, 2 skipped",
  );
});

test("a file that does not load is a failure although none of its tests ran", () => {
  expect(summarize([{ hasFailed: true, tests: [] }], 0)).toBe("0 passed, 1 failed");
});

test("a file whose hook threw after its tests passed is a failure", () => {
  expect(summarize([{ hasFailed: true, tests: ["passed"] }], 0)).toBe("1 passed, 1 failed");
});

test("an error outside all tests is a failure", () => {
  expect(summarize([file("passed")], 2)).toBe("1 passed, 2 failed");
});
