import fc from "fast-check";
import { expect, test } from "vitest";
import { codePageNumbers, type SavedCode } from "../interpreter/code-cache.ts";
import { codeChanges } from "./code-changes.ts";

/** Code pages as a machine has them: by number, the oldest first, with something that stands for bits. */
type Pages = ReadonlyMap<number, readonly [decoded: number, granules: number]>;

function saved(pages: Pages): SavedCode {
  const bits = [...pages.values()];
  return {
    pages: new Uint8Array(Uint32Array.from(pages.keys()).buffer),
    decoded: Uint8Array.from(bits.flatMap(([value]) => [...new Array(255).fill(7), value])),
    granules: Uint8Array.from(bits.flatMap(([, value]) => [...new Array(7).fill(9), value])),
  };
}

/** As a prepared machine takes them. */
function changed(before: Pages, now: Pages): Pages {
  const { dropped, code } = codeChanges(saved(before), saved(now));
  const pages = new Map(before);
  for (const page of dropped) expect(pages.delete(page)).toBe(true);
  for (const [index, page] of codePageNumbers(code).entries()) {
    const last = [code.decoded[index * 256 + 255], code.granules[index * 8 + 7]];
    pages.set(page, last as [number, number]);
  }
  return pages;
}

const bits = fc.tuple(fc.nat(3), fc.nat(3));
const pages = fc.uniqueArray(fc.tuple(fc.nat(12), bits), { selector: ([page]) => page });
/** A store drops a page, an instruction is decoded in a page or in one that has no code yet. */
const step = fc.record({ page: fc.nat(12), bits: fc.option(bits) });

test("what has happened to code pages makes those of now of those of before, in their order", () => {
  fc.assert(
    fc.property(pages, fc.array(step), (given, steps) => {
      const before: Pages = new Map(given);
      const now = new Map(before);
      for (const { page, bits } of steps) {
        if (bits === null) now.delete(page);
        else now.set(page, bits);
      }
      expect([...changed(before, now)]).toEqual([...now]);
    }),
  );
});

test("where nothing has happened nothing is said", () => {
  const code = saved(
    new Map([
      [3, [1, 1]],
      [1, [2, 2]],
    ]),
  );
  const { dropped, code: said } = codeChanges(code, code);
  expect([dropped.length, said.pages.length]).toEqual([0, 0]);
});

test("instructions that begin at the same places and end at others are a change", () => {
  const before = new Map([[5, [1, 1]] as const]);
  const now = new Map([[5, [1, 2]] as const]);
  expect([...changed(before, now)]).toEqual([...now]);
});
