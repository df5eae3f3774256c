import fc from "fast-check";
import { expect, test } from "vitest";
import { codePageNumbers, type SavedCode } from "../interpreter/code-cache.ts";
import { codeChanges } from "./code-changes.ts";

/** Code pages as a machine has them: by number, the oldest first, with something that stands for bits. */
type Pages = ReadonlyMap<number, number>;

function saved(pages: Pages): SavedCode {
  const bits = [...pages.values()];
  return {
    pages: new Uint8Array(Uint32Array.from(pages.keys()).buffer),
    decoded: Uint8Array.from(bits.flatMap((value) => [...new Array(255).fill(7), value])),
    granules: Uint8Array.from(bits.flatMap((value) => new Array(8).fill(value))),
  };
}

/** As a prepared machine takes them. */
function changed(before: Pages, now: Pages): Pages {
  const { dropped, code } = codeChanges(saved(before), saved(now));
  const pages = new Map(before);
  for (const page of dropped) expect(pages.delete(page)).toBe(true);
  for (const [index, page] of codePageNumbers(code).entries()) {
    expect(code.decoded[index * 256 + 255]).toBe(code.granules[index * 8]);
    pages.set(page, code.granules[index * 8] as number);
  }
  return pages;
}

const pages = fc.uniqueArray(fc.tuple(fc.nat(12), fc.nat(255)), { selector: ([page]) => page });
/** A store drops a page, an instruction is decoded in a page or in one that has no code yet. */
const step = fc.record({ page: fc.nat(12), bits: fc.option(fc.nat(255)) });

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
      [3, 1],
      [1, 2],
    ]),
  );
  const { dropped, code: said } = codeChanges(code, code);
  expect([dropped.length, said.pages.length]).toEqual([0, 0]);
});
