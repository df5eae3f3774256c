import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";

test("without options the rounds have no end and begin at the fresh seed", () => {
  expect(parseOptions([], 7)).toEqual({
    firstSeed: 7,
    rounds: Number.POSITIVE_INFINITY,
    isNewer: false,
  });
});

test("a seed that was printed can be given back", () => {
  expect(parseOptions(["--seed", "0", "--rounds", "1"], 7)).toMatchObject({
    firstSeed: 0,
    rounds: 1,
  });
});

test.each([
  ["--rounds", "0"],
  ["--rounds", ""],
  ["--seed", "1.5"],
  ["--seed", "4294967296"],
])("%s '%s' is refused with a sentence", (option, value) => {
  expect(() => parseOptions([option, value], 7)).toThrow(`${option} takes a whole number`);
});

test("the QEMU to compare with is one of two", () => {
  expect(parseOptions(["--qemu", "newer"], 7).isNewer).toBe(true);
  expect(() => parseOptions(["--qemu", "10"], 7)).toThrow("--qemu takes 'installed' or 'newer'");
});
