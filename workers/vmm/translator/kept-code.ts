/**
 * Translations as bytes, to be kept for a later run of the same kernel: the hot code of that one need
 * not be found hot, written and compiled one region after the other.
 *
 *     "TLKC", version, number of regions        all numbers are 32 bits, little-endian
 *     for each region:
 *         words of the shape, then the words (see `RegionShape`)
 *         number of entries, then their places
 *         number of unlikely branches, then their offsets in the body
 *         bytes of the body, then the body, filled up to a multiple of 4
 *     SHA-256 of all before
 *
 * The bodies are executed as they stand, with access to the whole machine memory. So bytes must come
 * from nowhere but `encodeKeptCode` of the same build, by way of a store that guests cannot write to;
 * the checksum tells of accidents only.
 */
import { Failure } from "../base/failure.ts";
import { type HashStart, ownHash } from "../base/hash-start.ts";
import { joinBytes } from "../base/join-bytes.ts";
import type { FunctionBody } from "../base/wasm/function-builder.ts";
import type { LibraryRegion } from "./library-region.ts";
import { shapeWords } from "./region-shape.ts";

const magic = 0x434b_4c54;
const version = 1;
const checksumBytes = 32;

export interface KeptRegion {
  readonly shape: Int32Array;
  readonly entries: readonly number[];
  readonly body: FunctionBody;
}

/** @param start the runtime's own SHA-256, where there is one */
export function encodeKeptCode(
  regions: Iterable<LibraryRegion>,
  start: HashStart = ownHash,
): Uint8Array {
  const words: number[] = [magic, version, 0];
  const list = (values: ArrayLike<number>) => {
    words.push(values.length, ...Array.from(values));
  };
  let count = 0;
  for (const { key, translated } of regions) {
    const { bytes, unlikely } = translated.body;
    list(shapeWords(key));
    list(translated.entries);
    list(unlikely);
    words.push(bytes.length);
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    padded.set(bytes);
    for (const word of new Int32Array(padded.buffer)) words.push(word);
    count++;
  }
  words[2] = count;
  const code = new Uint8Array(words.length * 4 + checksumBytes);
  const view = new DataView(code.buffer);
  words.forEach((word, i) => {
    view.setInt32(4 * i, word, true);
  });
  code.set(digest(start, code.subarray(0, words.length * 4)), words.length * 4);
  return code;
}

/**
 * @param start as for `encodeKeptCode`
 * @throws Failure `kept-code-damaged`
 */
export function decodeKeptCode(
  code: Uint8Array,
  start: HashStart = ownHash,
): readonly KeptRegion[] {
  const end = code.length - checksumBytes;
  const view = new DataView(code.buffer, code.byteOffset, code.length);
  const isWhole = end >= 12 && end % 4 === 0 && view.getInt32(0, true) === magic;
  if (!isWhole || view.getInt32(4, true) !== version) throw damaged("they are something else");
  const checksum = digest(start, code.subarray(0, end));
  if (!checksum.every((byte, i) => byte === code[end + i]))
    throw damaged("their checksum is wrong");
  let at = 12;
  const next = (): number => {
    if (at === end) throw damaged("they end early");
    at += 4;
    return view.getInt32(at - 4, true);
  };
  const list = (): Int32Array => {
    const length = next();
    if (length < 0 || length > (end - at) / 4) throw damaged("a list is longer than they are");
    // A copy begins where an Int32Array may, and hosts of WebAssembly are little-endian.
    at += 4 * length;
    return new Int32Array(joinBytes([code.subarray(at - 4 * length, at)]).buffer);
  };
  const regions: KeptRegion[] = [];
  for (let left = view.getInt32(8, true); left > 0; left--) {
    const [shape, entries, unlikely] = [list(), list(), list()];
    const length = next();
    if (length < 0 || length > end - at) throw damaged("a body is longer than they are");
    const bytes = code.slice(at, at + length);
    at += Math.ceil(length / 4) * 4;
    regions.push({ shape, entries: [...entries], body: { bytes, unlikely: [...unlikely] } });
  }
  return regions;
}

function digest(start: HashStart, bytes: Uint8Array): Uint8Array {
  const hash = start();
  hash.update(bytes);
  return hash.digest();
}

function damaged(what: string): Failure {
  return new Failure(
    "kept-code-damaged",
    `The kept translations cannot be used: ${what}.`,
    "Delete them: the next run makes new ones.",
  );
}
