import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import {
  emptyContent,
  MemoryObjects,
  type StoreContent,
} from "../../../tests/support/memory-objects.ts";
import { packKey, packLimits, parsePackFront } from "./pack-format.ts";
import type { PageRef, PutPage } from "./page-ref.ts";
import { PageStore } from "./page-store.ts";

let content: StoreContent;
let pages: PageStore;

beforeEach(() => {
  content = emptyContent();
  pages = new PageStore(new MemoryObjects(content));
});

/** A page that compresses somewhat, different for each number. */
function page(number: number): Uint8Array {
  const bytes = new Uint8Array(4096).fill(number % 251);
  new DataView(bytes.buffer).setUint32(100, number + 1);
  return bytes;
}

function noise(number: number): Uint8Array {
  const hash = (index: number) => createHash("sha512").update(`${number} ${index}`).digest();
  return Uint8Array.from(Array.from({ length: 64 }, (_, index) => [...hash(index)]).flat());
}

const range = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i);

async function put(store: PageStore, some: Uint8Array[]) {
  await store.view();
  const writer = store.writer();
  const puts = await writer.put(some);
  await writer.finish();
  return { puts, refs: puts.filter((one): one is PageRef => one !== "zero"), writer };
}

async function readAll(store: PageStore, refs: PageRef[]): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { index, bytes } of store.reader.read(refs)) found[index] = bytes;
  return found;
}

const equal = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a !== undefined && b !== undefined && Buffer.from(a).equals(b);

describe("PageStore", () => {
  test("gives back what was put, whatever the pages are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom("zero", "even", "noise"), fc.nat(40)), { maxLength: 60 }),
        async (kinds) => {
          const store = new PageStore(new MemoryObjects());
          const some = kinds.map(([kind, number]) =>
            kind === "zero" ? new Uint8Array(4096) : kind === "even" ? page(number) : noise(number),
          );
          const { puts } = await put(store, some);
          const present = some.filter((_, index) => puts[index] !== "zero");
          expect(puts.map((one) => one === "zero")).toEqual(
            some.map((bytes) => bytes.every((byte) => byte === 0)),
          );
          const refs = puts.filter((one): one is PageRef => one !== "zero");
          const found = await readAll(store, refs);
          expect(found).toHaveLength(present.length);
          expect(found.every((bytes, index) => equal(bytes, present[index]))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("stores each page once: within a checkpoint, and for others who look at the store later", async () => {
    const first = await put(pages, [...range(3000), ...range(1500)].map(page));
    expect(first.writer.statistics).toMatchObject({ pages: 4500, knownPages: 1500 });
    const packs = content.objects.size;
    const other = new PageStore(new MemoryObjects(content));
    const second = await put(other, range(3000).map(page));
    expect(second.writer.statistics).toMatchObject({ knownPages: 3000, storedBytes: 0 });
    expect(content.objects.size).toBe(packs);
    expect(equal(await other.reader.readPage(second.refs[2999] as PageRef), page(2999))).toBe(true);
  });

  test("keeps no zero page", async () => {
    const { puts, writer } = await put(
      pages,
      range(2000).map(() => new Uint8Array(4096)),
    );
    expect(puts.every((one) => one === "zero")).toBe(true);
    expect(writer.statistics).toMatchObject({ zeroPages: 2000, storedBytes: 0 });
    expect(content.objects.size).toBe(0);
  });

  test("finds what others have stored since its last look", async () => {
    let now = 0;
    const early = new PageStore(new MemoryObjects(content), { now: () => now });
    await early.view();
    await put(new PageStore(new MemoryObjects(content)), range(100).map(noise));
    await early.view();
    expect(early.find(createHash("sha256").update(noise(3)).digest())).toBeUndefined();
    now = 30_001;
    const { writer } = await put(early, range(101).map(noise));
    expect(writer.statistics).toMatchObject({ pages: 101, knownPages: 100 });
  });

  test("reads one page with one front and one group", async () => {
    const { refs } = await put(pages, range(1024).map(noise));
    let bytesRead = 0;
    const counting = new MemoryObjects(content);
    const { read } = counting;
    counting.read = async (key, offset, length) => {
      const bytes = await read.call(counting, key, offset, length);
      bytesRead += bytes?.length ?? 0;
      return bytes;
    };
    const store = new PageStore(counting);
    expect(equal(await store.reader.readPage(refs[700] as PageRef), noise(700))).toBe(true);
    expect(bytesRead).toBeLessThanOrEqual(packLimits.frontBytes + 16 * 4096);
    bytesRead = 0;
    expect(equal(await store.reader.readPage(refs[701] as PageRef), noise(701))).toBe(true);
    expect(bytesRead).toBeLessThanOrEqual(16 * 4096);
  });

  test("makes put wait while the store is slow, with three packs in memory at the most", async () => {
    let isOpen = false;
    const slow = new MemoryObjects(content, async (step) => {
      while (step.startsWith("write packs") && !isOpen) await sleep(1);
    });
    const store = new PageStore(slow);
    await store.view();
    const writer = store.writer();
    let taken = 0;
    const putting = (async () => {
      for (const number of range(6 * 1024)) {
        await writer.put([page(number)]);
        taken++;
      }
    })();
    await sleep(300);
    expect(taken).toBeLessThanOrEqual(3 * 1024);
    isOpen = true;
    await putting;
    await writer.finish();
    expect(writer.statistics.pages).toBe(6 * 1024);
  });

  test("tells whoever puts that the store has failed", async () => {
    const full = new MemoryObjects(content, async (step) => {
      if (step.startsWith("write packs")) throw new Error("no space left");
    });
    const store = new PageStore(full);
    await store.view();
    const writer = store.writer();
    await expect(
      (async () => {
        for (const number of range(5000)) await writer.put([page(number)]);
        await writer.finish();
      })(),
    ).rejects.toThrow("no space left");
  });

  test("forgets pages rather than grow beyond its bound, and then stores them again", async () => {
    const store = new PageStore(new MemoryObjects(content), { knownPages: 512 });
    await put(store, range(4096).map(page));
    const again = await put(store, range(4096).map(page));
    expect(again.writer.statistics.knownPages).toBeLessThan(1024);
    expect(await readAll(store, again.refs)).toHaveLength(4096);
  });

  test("names the pack when a byte of it is changed, wherever that is", async () => {
    const { refs } = await put(pages, [page(1), noise(2), page(3)]);
    const name = refs[0]?.pack.name ?? "";
    const whole = content.objects.get(packKey(name))?.bytes ?? new Uint8Array();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const damaged = Uint8Array.from(whole);
          damaged[at] = (damaged[at] ?? 0) ^ by;
          content.objects.set(packKey(name), { bytes: damaged, modified: 0 });
          const store = new PageStore(new MemoryObjects(content));
          const reading = readAll(store, refs).then((found) => found.map((bytes) => bytes.length));
          const outcome = await reading.catch((error: Error & { code?: string }) => error);
          if (outcome instanceof Error) {
            expect(outcome).toMatchObject({ code: "damaged" });
            expect(outcome.message).toContain(name);
          } else {
            // A bit of a zstd frame that means nothing: the pages are the right ones all the same.
            expect(outcome).toEqual([4096, 4096, 4096]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("says which pack is missing or cut off", async () => {
    const { refs } = await put(pages, [noise(1), noise(2)]);
    const key = packKey(refs[0]?.pack.name ?? "");
    const whole = content.objects.get(key)?.bytes ?? new Uint8Array();
    content.objects.set(key, { bytes: whole.slice(0, whole.length - 9), modified: 0 });
    await expect(readAll(new PageStore(new MemoryObjects(content)), refs)).rejects.toMatchObject({
      code: "damaged",
    });
    content.objects.delete(key);
    await expect(readAll(new PageStore(new MemoryObjects(content)), refs)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining(refs[0]?.pack.name ?? "none"),
    });
  });

  test("never gives two packs one name", async () => {
    const one = await put(new PageStore(new MemoryObjects()), [page(7)]);
    const two = await put(new PageStore(new MemoryObjects()), [page(7)]);
    expect(one.refs[0]?.pack.name).not.toBe(two.refs[0]?.pack.name);
    expect(one.refs[0]?.hash).toEqual(two.refs[0]?.hash);
  });

  test("takes pages of shared memory, as a machine's are", async () => {
    const memory = new SharedArrayBuffer(8192);
    const shared = [0, 1].map((number) => new Uint8Array(memory, number * 4096, 4096));
    shared[1]?.set(noise(5));
    const { puts, refs } = await put(pages, shared);
    expect(puts[0]).toBe("zero");
    expect(equal((await readAll(pages, refs))[0], noise(5))).toBe(true);
  });

  test("takes pages of 4096 bytes only", async () => {
    await expect(put(pages, [new Uint8Array(4095)])).rejects.toThrow(RangeError);
  });
});

test("a pack's front tells what the pack holds, to whoever knows its name", async () => {
  const { refs }: { refs: PutPage[] } = await put(pages, range(40).map(noise));
  const [[key = "", stored] = []] = [...content.objects];
  const name = (refs[0] as PageRef).pack.name ?? "";
  expect(key).toBe(packKey(name));
  const front = parsePackFront(name, stored?.bytes ?? new Uint8Array());
  expect(front.pages).toBe(40);
  expect(front.groups.map((group) => group.pages)).toEqual([16, 16, 8]);
  expect(front.bytes).toBe(stored?.bytes.length);
  expect(() => parsePackFront("0".repeat(64), stored?.bytes ?? new Uint8Array())).toThrow(
    "pack 000",
  );
});
