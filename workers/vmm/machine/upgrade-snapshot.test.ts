import { expect, test } from "vitest";
import { joinBytes } from "../base/join-bytes.ts";
import { decodeValue } from "../snapshot/decode-value.ts";
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

/** An entry of a TLB as it is saved: the page's address, then its number. */
function entryOf(address: bigint, page: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(12));
  view.setBigUint64(0, address, true);
  view.setUint32(8, page, true);
  return new Uint8Array(view.buffer);
}

test("entries of a TLB of format 2 are put in order by their places of today, one for each", () => {
  const [first, second, other] = [0x8000_0000n, 0x8100_1000n, 0x8100_0000n];
  const table = joinBytes([entryOf(first, 0), entryOf(other, 4096), entryOf(second, 4097)]);
  const sections = new Map([["tlbs", encodeValue([{ machineFetch: table }])]]);
  const upgraded = upgradeSections({ version: 2, sections }).get("tlbs");
  expect(decodeValue(upgraded ?? new Uint8Array())).toEqual([
    { machineFetch: joinBytes([entryOf(first, 0), entryOf(other, 4096)]) },
  ]);
});

test("a TLB of format 2 that is no list of entries is refused by its section", () => {
  const sections = new Map([["tlbs", encodeValue([{ machineFetch: new Uint8Array(7) }])]]);
  expect(() => upgradeSections({ version: 2, sections })).toThrow(/"tlbs"/);
});
