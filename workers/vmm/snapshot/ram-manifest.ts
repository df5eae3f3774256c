/**
 * What a snapshot says of RAM: which pages there are and the SHA-256 of each, so that a page is kept
 * once however many snapshots have it. Where the pages themselves are is somebody else's business: in a
 * store of blobs by their hashes, or behind each other in the snapshot's section `content`.
 *
 * The boot ROM's page is the one behind those of RAM.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Pages } from "../base/units.ts";
import type { Checksum } from "./container.ts";
import { decodeValue } from "./decode-value.ts";
import { encodeValue } from "./encode-value.ts";
import { bytes, integer, record } from "./shape.ts";

export interface RamManifest {
  /** Page numbers, ascending. */
  readonly pages: Uint32Array;
  /** The SHA-256 of each, one behind the other. */
  readonly hashes: Uint8Array;
  readonly readZeros: readonly number[];
  readonly sweepAt: Pages;
}

/** Pages as a machine gives them: good until the next one is asked for. */
export type PageList = Iterable<{ readonly page: number; readonly bytes: Uint8Array }>;

export const pageHashBytes = 32;
const pageBytes = 4096;
const mostPages = 2 ** 20;

/** Hashes all pages; `visit` gets each with its hash, to be kept where it is not known yet. */
export function buildRamManifest(
  image: { pages(): PageList; readonly readZeros: readonly number[]; readonly sweepAt: Pages },
  visit: (hash: Uint8Array, bytes: Uint8Array) => void,
  checksum: Checksum = sha256,
): RamManifest {
  const pages: number[] = [];
  const hashes: Uint8Array[] = [];
  for (const { page, bytes } of image.pages()) {
    const hash = checksum(bytes);
    pages.push(page);
    hashes.push(hash);
    visit(hash, bytes);
  }
  const joined = new Uint8Array(pages.length * pageHashBytes);
  hashes.forEach((hash, index) => {
    joined.set(hash, index * pageHashBytes);
  });
  const { readZeros, sweepAt } = image;
  return { pages: Uint32Array.from(pages), hashes: joined, readZeros, sweepAt };
}

export function encodeRamManifest(manifest: RamManifest): Uint8Array {
  const { hashes, sweepAt } = manifest;
  return encodeValue({
    pages: packNumbers(manifest.pages),
    hashes,
    readZeros: packNumbers(manifest.readZeros),
    sweepAt,
  });
}

/**
 * @param ramPages pages of RAM; the boot ROM is one more
 * @throws RangeError for what no machine of this size has
 */
export function decodeRamManifest(encoded: Uint8Array, ramPages: Pages): RamManifest {
  const numbers = bytes(0, 4 * mostPages);
  const shape = record({
    pages: numbers,
    hashes: bytes(0, pageHashBytes * mostPages),
    readZeros: numbers,
    sweepAt: integer(0, mostPages * 2),
  });
  const { pages: packed, hashes, readZeros: zeros, sweepAt } = shape(decodeValue(encoded), "ram");
  const pages = unpackNumbers(packed, ramPages + 1);
  const readZeros = unpackNumbers(zeros, ramPages);
  if (hashes.length !== pages.length * pageHashBytes) {
    throw new RangeError("there are not as many hashes as pages");
  }
  const resident = new Set(pages);
  if (readZeros.some((page) => resident.has(page))) {
    throw new RangeError("a page is both of zeros and not");
  }
  return { pages, hashes, readZeros: [...readZeros], sweepAt };
}

/** The hash of the page at a place of the manifest. */
export function pageHash({ hashes }: RamManifest, index: number): Uint8Array {
  return hashes.subarray(index * pageHashBytes, (index + 1) * pageHashBytes);
}

function packNumbers(numbers: ArrayLike<number>): Uint8Array {
  const packed = new Uint8Array(numbers.length * 4);
  const view = new DataView(packed.buffer);
  for (let i = 0; i < numbers.length; i++) view.setUint32(4 * i, numbers[i] as number, true);
  return packed;
}

function unpackNumbers(packed: Uint8Array, end: number): Uint32Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  if (packed.length % 4 !== 0) throw new RangeError("a list of pages is cut short");
  const numbers = Uint32Array.from({ length: packed.length / 4 }, (_, i) =>
    view.getUint32(4 * i, true),
  );
  const isInOrder = numbers.every(
    (page, i) => page < end && (i === 0 || page > (numbers[i - 1] ?? 0)),
  );
  if (!isInOrder) throw new RangeError("a list of pages is not in order, or beyond the end of RAM");
  return numbers;
}

/**
 * The distinct pages of a machine, for the section `content`: in the order of their first places. The
 * pages themselves, not copies.
 */
export class DistinctPages {
  readonly #known = new Set<string>();
  readonly pages: Uint8Array[] = [];

  add(hash: Uint8Array, page: Uint8Array): void {
    const name = String.fromCharCode(...hash);
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.pages.push(page);
  }
}

/**
 * The pages of a manifest out of a section `content`.
 *
 * @throws RangeError where the section is not as long as the manifest says
 */
export function* pagesOfContent(
  manifest: RamManifest,
  content: Uint8Array,
): Generator<{ readonly page: number; readonly bytes: Uint8Array }> {
  const places = new Map<string, number>();
  for (const [index, page] of manifest.pages.entries()) {
    const name = String.fromCharCode(...pageHash(manifest, index));
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    const bytes = content.subarray(place * pageBytes, (place + 1) * pageBytes);
    if (bytes.length < pageBytes) throw new RangeError("pages are missing");
    yield { page, bytes };
  }
  if (content.length !== places.size * pageBytes) throw new RangeError("there are pages too many");
}
