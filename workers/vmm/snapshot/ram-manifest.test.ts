import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeValue } from "./encode-value.ts";
import {
  buildRamManifest,
  DistinctPages,
  decodeRamManifest,
  encodeRamManifest,
  pageHash,
  pagesOfContent,
} from "./ram-manifest.ts";

const ramPages = 64;
const pageOf = (fill: number) => new Uint8Array(4096).fill(fill);

function imageOf(fills: ReadonlyMap<number, number>) {
  return {
    pages: () => [...fills].map(([page, fill]) => ({ page, bytes: pageOf(fill) })),
    readZeros: [5],
    sweepAt: 1024,
  };
}

test("pages come back from a manifest and the distinct pages, whichever are alike", () => {
  const fills = fc
    .uniqueArray(fc.nat(ramPages), { maxLength: 20 })
    .chain((pages) => fc.tuple(...pages.map((page) => fc.tuple(fc.constant(page), fc.nat(3)))))
    .map((pairs) => new Map(pairs.filter(([page]) => page !== 5).sort(([a], [b]) => a - b)));
  fc.assert(
    fc.property(fills, (all) => {
      const content = new DistinctPages();
      const built = buildRamManifest(imageOf(all), (hash, page) => content.add(hash, page));
      const manifest = decodeRamManifest(encodeRamManifest(built), ramPages);
      expect(manifest).toEqual(built);
      const joined = Uint8Array.from(content.pages.flatMap((page) => [...page]));
      expect(joined.length).toBe(new Set(all.values()).size * 4096);
      const pages = [...pagesOfContent(manifest, joined)];
      expect(pages.map(({ page, bytes }) => [page, bytes[0]])).toEqual([...all]);
    }),
  );
});

test("a page is known by the SHA-256 of its bytes", () => {
  const manifest = buildRamManifest(imageOf(new Map([[2, 7]])), () => {});
  expect(pageHash(manifest, 0)).toEqual(sha256(pageOf(7)));
});

describe("refused is a manifest", () => {
  const one = { pages: Uint8Array.of(1, 0, 0, 0), hashes: new Uint8Array(32) };
  const none = { readZeros: new Uint8Array(), sweepAt: 1024 };
  const two = Uint8Array.of(3, 0, 0, 0, 2, 0, 0, 0);
  test.each<[string, object]>([
    ["of pages beyond the machine's", { ...one, ...none, pages: Uint8Array.of(65, 0, 0, 0) }],
    ["of pages out of order", { ...none, pages: two, hashes: new Uint8Array(64) }],
    ["with fewer hashes than pages", { ...one, ...none, hashes: new Uint8Array(31) }],
    ["of a page that is both of zeros and not", { ...one, ...none, readZeros: one.pages }],
    ["of half a number", { ...one, ...none, pages: new Uint8Array(3) }],
    ["with a sweep that never comes", { ...one, ...none, sweepAt: 2 ** 40 }],
  ])("%s", (_what, value) => {
    expect(() => decodeRamManifest(encodeValue(value), ramPages)).toThrow(RangeError);
  });

  test("whose pages are missing, or too many", () => {
    const manifest = buildRamManifest(imageOf(new Map([[1, 1]])), () => {});
    expect(() => [...pagesOfContent(manifest, new Uint8Array(4095))]).toThrow("pages are missing");
    expect(() => [...pagesOfContent(manifest, new Uint8Array(8192))]).toThrow("pages too many");
  });
});
