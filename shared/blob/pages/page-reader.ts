import { hash as digest } from "node:crypto";
import { BlobError } from "../blob-error.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { decompress } from "./compress.ts";
import { type MovedPages, movedKey, parseMoved } from "./moved-pages.ts";
import { type PackFront, packKey, packLimits, parsePackFront } from "./pack-format.ts";
import { pageBytes } from "./page-bytes.ts";
import type { PageRef } from "./page-ref.ts";

/** A page that was asked for: which one of the list, and its bytes. */
export interface ReadPage {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Where the pages of one pack are to be read, before and after a collector has moved them. */
type Found = { readonly front: PackFront } | { readonly moved: MovedPages };

interface Wanted {
  readonly index: number;
  readonly ref: PageRef;
}

/** Fronts that stay in memory: 33 KB each at the most. */
const keptFronts = 128;
/** Packs that are read ahead of whoever takes the pages. */
const ahead = 3;

/**
 * Reads pages back, each checked against its hash. One page costs one front (kept) and one group of
 * 16 pages; many pages of a pack are read in one go.
 */
export class PageReader {
  readonly #objects: ObjectStore;
  readonly #found = new Map<string, Found>();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** @throws BlobError `not-found`, `damaged`, naming the page and its pack */
  async readPage(ref: PageRef): Promise<Uint8Array> {
    for await (const { bytes } of this.read([ref])) return bytes;
    throw missing(ref);
  }

  /**
   * Reads many pages, pack by pack in the order of the list, a few packs ahead of the caller. Pages
   * of one pack come together, so the order is not quite the list's: `index` says which one it is.
   */
  async *read(refs: Iterable<PageRef>): AsyncIterable<ReadPage> {
    const packs = new Map<string, Wanted[]>();
    let index = 0;
    for (const ref of refs) {
      const name = ref.pack.name ?? "";
      const wanted = packs.get(name) ?? [];
      wanted.push({ index, ref });
      packs.set(name, wanted);
      index++;
    }
    const underWay: Promise<ReadPage[]>[] = [];
    for (const [name, wanted] of packs) {
      const reading = this.#readPack(name, wanted);
      // Its error is met when its turn comes.
      reading.catch(() => {});
      underWay.push(reading);
      if (underWay.length > ahead) yield* (await underWay.shift()) ?? [];
    }
    for (const reading of underWay) yield* await reading;
  }

  async #readPack(name: string, wanted: readonly Wanted[]): Promise<ReadPage[]> {
    const pages = await this.#tryPack(name, wanted);
    if (pages !== undefined) return pages;
    // A collector has moved the pages since the pack was looked up.
    this.#found.delete(name);
    const again = await this.#tryPack(name, wanted);
    if (again === undefined) throw missing(wanted[0]?.ref);
    return again;
  }

  /** Undefined when the pack has gone since its front was read. */
  async #tryPack(name: string, wanted: readonly Wanted[]): Promise<ReadPage[] | undefined> {
    const found = await this.#find(name);
    if (found === undefined) throw missing(wanted[0]?.ref);
    if ("moved" in found) {
      const moved = wanted.map(({ index, ref }) => ({ index, ref: found.moved.follow(ref) }));
      return this.#readMoved(moved);
    }
    const groups = Map.groupBy(wanted, ({ ref }) => Math.floor(ref.slot / packLimits.groupPages));
    const pages: ReadPage[] = [];
    for (const run of runsOf([...groups.keys()].sort((a, b) => a - b))) {
      const first = found.front.groups[run.first];
      const last = found.front.groups[run.last];
      if (first === undefined || last === undefined) throw missing(wanted[0]?.ref);
      const length = last.offset + last.bytes - first.offset;
      const bytes = await this.#objects.read(packKey(name), first.offset, length);
      if (bytes === undefined) return undefined;
      for (let number = run.first; number <= run.last; number++) {
        const group = found.front.groups[number];
        const inside = groups.get(number);
        if (group === undefined || inside === undefined) continue;
        const start = group.offset - first.offset;
        const raw = await unpack(name, number, bytes.subarray(start, start + group.bytes), group);
        for (const { index, ref } of inside) pages.push({ index, bytes: pageOf(raw, ref) });
      }
    }
    return pages;
  }

  async #readMoved(wanted: readonly { index: number; ref: PageRef }[]): Promise<ReadPage[]> {
    const pages: ReadPage[] = [];
    for (const [name, inside] of Map.groupBy(wanted, ({ ref }) => ref.pack.name ?? "")) {
      pages.push(...(await this.#readPack(name, inside)));
    }
    return pages;
  }

  async #find(name: string): Promise<Found | undefined> {
    const kept = this.#found.get(name);
    if (kept !== undefined) {
      this.#found.delete(name);
      this.#found.set(name, kept);
      return kept;
    }
    const start = await this.#objects.read(packKey(name), 0, packLimits.frontBytes);
    let found: Found | undefined;
    if (start === undefined) {
      const pointer = await this.#objects.readPointer(movedKey(name));
      found = pointer && { moved: parseMoved(name, pointer.bytes) };
    } else {
      found = { front: parsePackFront(name, start) };
    }
    if (found === undefined) return undefined;
    this.#found.set(name, found);
    for (const [oldest] of this.#found) {
      if (this.#found.size <= keptFronts) break;
      this.#found.delete(oldest);
    }
    return found;
  }
}

/** Groups next to each other, or nearly, are read in one go. */
function runsOf(groups: readonly number[]): { first: number; last: number }[] {
  const runs: { first: number; last: number }[] = [];
  for (const group of groups) {
    const run = runs.at(-1);
    if (run !== undefined && group - run.last <= 2) run.last = group;
    else runs.push({ first: group, last: group });
  }
  return runs;
}

async function unpack(
  pack: string,
  number: number,
  bytes: Uint8Array,
  { isRaw, pages }: { isRaw: boolean; pages: number },
): Promise<Uint8Array> {
  const most = pages * pageBytes;
  const raw = isRaw ? bytes : await decompress(bytes, most).catch(() => undefined);
  if (raw?.length !== most) {
    throw new BlobError("damaged", `group ${number} of pack ${pack} is damaged`);
  }
  return raw;
}

function pageOf(group: Uint8Array, ref: PageRef): Uint8Array {
  const offset = (ref.slot % packLimits.groupPages) * pageBytes;
  const page = group.subarray(offset, offset + pageBytes);
  if (digest("sha256", page, "buffer").compare(ref.hash) !== 0) {
    throw new BlobError(
      "damaged",
      `page ${ref.slot} of pack ${ref.pack.name} does not have the bytes that its hash promises`,
    );
  }
  return page;
}

function missing(ref: PageRef | undefined): BlobError {
  return new BlobError(
    "not-found",
    `page ${ref?.slot} of pack ${ref?.pack.name ?? "that was never stored"} is not stored`,
  );
}
