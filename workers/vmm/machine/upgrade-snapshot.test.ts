import { expect, test } from "vitest";
import { encodeValue } from "../snapshot/encode-value.ts";
import { snapshotVersion, type Upgrades, upgradeSections } from "./upgrade-snapshot.ts";

/** Three formats: the second renamed a section, the third dropped another one. */
const steps: Upgrades = new Map([
  [
    1,
    (sections) =>
      new Map([...sections].map(([name, bytes]) => [name === "ticks" ? "clock" : name, bytes])),
  ],
  [2, (sections) => new Map([...sections].filter(([name]) => name !== "obsolete"))],
]);
const old = new Map([
  ["ticks", Uint8Array.of(1)],
  ["obsolete", Uint8Array.of(2)],
]);

test("sections go through every step from their own version on", () => {
  const newest = [...upgradeSections({ version: 1, sections: old }, steps, 3)];
  expect(newest).toEqual([["clock", Uint8Array.of(1)]]);
  const halfway = new Map([["clock", Uint8Array.of(1)]]);
  expect(upgradeSections({ version: 3, sections: halfway }, steps, 3)).toBe(halfway);
});

test("there is a way from every older format to the present one", () => {
  for (let version = 1; version <= snapshotVersion; version++) {
    expect(() => upgradeSections({ version, sections: new Map() })).not.toThrow();
  }
});

test("a format that no step leads on from is refused", () => {
  expect(() => upgradeSections({ version: 1, sections: old }, new Map(), 2)).toThrow(RangeError);
});

test("a code section of format 1 that is none is refused by its name", () => {
  const sections = new Map([["code", encodeValue([{ page: 1, decoded: new Uint8Array(3) }])]]);
  expect(() => upgradeSections({ version: 1, sections })).toThrow(/"code"/);
});
