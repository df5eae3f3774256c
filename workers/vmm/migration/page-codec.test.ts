import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Compression } from "./compression.ts";
import type { KnownContent } from "./known-content.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { PageDecoder, type PageStore } from "./page-decoder.ts";
import { applyDelta, encodeDelta } from "./page-delta.ts";
import { PageEncoder } from "./page-encoder.ts";

const pageBytes = 4096;
const pages = 24;

const compression: Compression = {
  name: "deflate",
  compress: (bytes) => deflateRawSync(bytes),
  decompress: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: size }),
};

/** Pages as guests have them: mostly one value, with some stretches of others. */
const stretches = fc.array(
  fc.tuple(fc.nat(pageBytes - 1), fc.uint8Array({ minLength: 1, maxLength: 40 })),
  { maxLength: 12 },
);
const value = fc.constantFrom(0, 0, 7);
const filled = (value: number) => new Uint8Array(pageBytes).fill(value);

function changed(old: Uint8Array, changes: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const now = old.slice();
  for (const [at, bytes] of changes) now.set(bytes.subarray(0, pageBytes - at), at);
  return now;
}

class Store implements PageStore {
  readonly pages = new Map<number, Uint8Array<ArrayBuffer>>();
  write(page: number, bytes: Uint8Array): void {
    this.pages.set(page, new Uint8Array(bytes));
  }
  writeZeros(page: number): void {
    this.pages.set(page, new Uint8Array(pageBytes));
  }
  at(page: number): Uint8Array | undefined {
    return this.pages.get(page);
  }
}

describe("a page's delta", () => {
  test("makes the new page of the old one, whatever they are", () => {
    fc.assert(
      fc.property(value, stretches, stretches, (value, earlier, changes) => {
        const old = changed(filled(value), earlier);
        const now = changed(old, changes);
        const delta = encodeDelta(old, now, Number.POSITIVE_INFINITY) as Uint8Array;
        const made = old.slice();
        applyDelta(made, delta);
        expect(made).toEqual(now);
      }),
    );
  });

  test("is nothing for the same page, and not given where it is too long", () => {
    const old = new Uint8Array(pageBytes);
    expect(encodeDelta(old, old, 0)).toHaveLength(0);
    expect(
      encodeDelta(
        old,
        old.map((_, i) => i),
        100,
      ),
    ).toBeUndefined();
  });

  test("of any bytes changes a page or is refused by name, and never goes beyond it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (delta) => {
        try {
          applyDelta(new Uint8Array(pageBytes), delta);
        } catch (error) {
          expect(error).toBeInstanceOf(MigrationProblem);
        }
      }),
    );
  });
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("change" as const),
      page: fc.nat(pages - 1),
      changes: stretches,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("clear" as const), page: fc.nat(pages - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("forget" as const), page: fc.nat(pages - 1) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "batch" as const }) },
);

describe("the page codec", () => {
  test("brings each page as it was when it was sent, however it got there", () => {
    const total = { zero: 0, known: 0, plain: 0, delta: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, stretches), { minLength: pages, maxLength: pages }),
        fc.array(step, { maxLength: 60, size: "max" }),
        fc.boolean(),
        fc.nat(6),
        (given, steps, isCompressed, cachePages) => {
          const template = given.map(([value, changes]) => changed(filled(value), changes));
          const contents: KnownContent[] = [{ name: "template", page: (page) => template[page] }];
          const options = { contents, ...(isCompressed && { compression }), cachePages };
          const encoder = new PageEncoder(options);
          const decoder = new PageDecoder({ ...options, pages });
          const now: Uint8Array[] = template.map((page) => page.slice());
          const sent = new Map<number, Uint8Array>();
          const store = new Store();
          const send = (page: number) => {
            encoder.add(page, now[page] as Uint8Array);
            sent.set(page, (now[page] as Uint8Array).slice());
          };
          const deliver = () => {
            const { data, size } = encoder.takeBatch();
            decoder.decode({ data: new Uint8Array(data), size }, store);
            expect(store.pages.size).toBe(sent.size);
            for (const [page, bytes] of sent) {
              const got = store.pages.get(page) as Uint8Array;
              expect(Buffer.compare(got, bytes), `page ${page}`).toBe(0);
            }
          };
          for (let page = 0; page < pages; page++) send(page);
          for (const step of steps) {
            if (step.kind === "batch") deliver();
            else {
              const { page } = step;
              if (step.kind === "change")
                now[page] = changed(now[page] as Uint8Array, step.changes);
              if (step.kind === "clear") now[page] = new Uint8Array(pageBytes);
              if (step.kind === "forget") now[page] = (template[page] as Uint8Array).slice();
              send(page);
            }
          }
          deliver();
          for (const kind of ["zero", "known", "plain", "delta"] as const) {
            total[kind] += encoder.statistics[kind].pages;
          }
        },
      ),
      { numRuns: 60 },
    );
    for (const [kind, pages] of Object.entries(total)) expect(pages, kind).toBeGreaterThan(0);
  });

  test("says a run of pages that the destination has in a few bytes", () => {
    const content = new Uint8Array(pageBytes).fill(3);
    const encoder = new PageEncoder({
      contents: [{ name: "t", page: () => content }],
      cachePages: 0,
    });
    for (let page = 0; page < 10_000; page++) encoder.add(page, content);
    expect(encoder.takeBatch().data.length).toBeLessThan(8);
  });

  test("refuses any bytes that are no batch by name", () => {
    const decoder = new PageDecoder({ contents: [], compression, pages });
    const batch = fc.record({ data: fc.uint8Array({ maxLength: 60 }), size: fc.nat(100) });
    fc.assert(
      fc.property(batch, (message) => {
        try {
          decoder.decode(message, new Store());
        } catch (error) {
          expect(error).toBeInstanceOf(MigrationProblem);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("takes no batch that would unpack to more than it says, or than is allowed", () => {
    const decoder = new PageDecoder({ contents: [], compression, pages });
    const data = compression.compress(new Uint8Array(2 ** 22));
    for (const size of [10, 2 ** 22, 2 ** 40]) {
      expect(() => decoder.decode({ data, size }, new Store())).toThrow(MigrationProblem);
    }
  });
});
