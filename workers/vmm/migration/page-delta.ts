/**
 * What has changed in a page, as XBZRLE of QEMU: by turns the length of a stretch that is the same,
 * and the length and the bytes of one that is not. The same bytes at the end are left out.
 */
import type { Bytes } from "../base/units.ts";
import { ByteWriter } from "../base/wasm/byte-writer.ts";
import { ByteReader } from "./byte-reader.ts";
import { writeCount } from "./write-count.ts";

/** Stretches of the same that are shorter cost more than they save. */
const shortestSame: Bytes = 4;

/**
 * @param most bytes that a delta may have to be of use
 * @returns nothing where it would have more
 */
export function encodeDelta(old: Uint8Array, now: Uint8Array, most: Bytes): Uint8Array | undefined {
  const writer = new ByteWriter();
  const [oldWords, nowWords] = [wordsOf(old), wordsOf(now)];
  let at = 0;
  let end = 0;
  for (;;) {
    if (oldWords && nowWords) at = sameWords(oldWords, nowWords, at);
    while (at < now.length && old[at] === now[at]) at++;
    if (at === now.length) return writer.view();
    const same = at - end;
    end = at;
    for (let equal = 0; end < now.length && equal < shortestSame; end++) {
      equal = old[end] === now[end] ? equal + 1 : 0;
    }
    // What made the stretch end is not part of it.
    while (old[end - 1] === now[end - 1]) end--;
    writeCount(writer, same);
    writeCount(writer, end - at);
    if (writer.length + end - at > most) return undefined;
    writer.bytes(now.subarray(at, end));
    at = end;
  }
}

/**
 * Changes `page`, which holds the old content.
 *
 * @throws MigrationProblem `migration-page-impossible`
 */
export function applyDelta(page: Uint8Array, delta: Uint8Array): void {
  const reader = new ByteReader(delta, "migration-page-impossible");
  let at = 0;
  while (!reader.isAtEnd) {
    at += reader.count();
    const changed = reader.count();
    if (at + changed > page.length) throw reader.problem("a change goes beyond the page");
    page.set(reader.take(changed), at);
    at += changed;
  }
}

/** Whole words first: most of a page is as it was. @returns where the bytes have to be looked at */
function sameWords(old: Int32Array, now: Int32Array, from: Bytes): Bytes {
  if (from % 4 !== 0) return from;
  let word = from / 4;
  while (word < now.length && old[word] === now[word]) word++;
  return word * 4;
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array | undefined {
  const areWords = byteOffset % 4 === 0 && length % 4 === 0;
  return areWords ? new Int32Array(buffer, byteOffset, length / 4) : undefined;
}
