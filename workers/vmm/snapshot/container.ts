/**
 * The container of a snapshot: named sections, each with its size and checksum.
 *
 * ```
 *  0  8 bytes  magic: 89 "TRAP" 0d 0a 1a
 *  8  u32      version of the format
 * 12  u32      number of sections
 * 16  72 bytes for each section, by ascending name:
 *       32 bytes  name in ASCII, filled with zeros
 *       u64       size in bytes
 *       32 bytes  SHA-256 of its content
 *     32 bytes  SHA-256 of everything before
 *     the sections, one behind the other, to the end of the file
 * ```
 * Numbers are little-endian. The magic has a byte beyond ASCII, a line end that transfers as text
 * change, and a character that stops a listing, as PNG's. Every bit is either compared or covered by
 * a checksum, so what `readContainer` accepts is what was written.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { Failure } from "../base/failure.ts";
import type { Bytes } from "../base/units.ts";
import { damagedSection } from "./snapshot-problem.ts";

/** Sections by name: lower-case letters, digits, `-` and `.`, at most 32 of them. */
export type Sections = ReadonlyMap<string, Uint8Array>;

/** SHA-256; runtimes have faster ones than the monitor's own. */
export type Checksum = (bytes: Uint8Array) => Uint8Array;

export interface Container {
  readonly version: number;
  readonly sections: Sections;
}

export interface ContainerLimits {
  readonly sections: number;
  /** Of one section. */
  readonly sectionBytes: Bytes;
}

const magic = Uint8Array.of(0x89, 0x54, 0x52, 0x41, 0x50, 0x0d, 0x0a, 0x1a);
const nameBytes: Bytes = 32;
const checksumBytes: Bytes = 32;
const tableStart: Bytes = 16;
const entryBytes: Bytes = nameBytes + 8 + checksumBytes;
const namePattern = /^[a-z][a-z0-9.-]{0,31}$/;
const two32 = 2 ** 32;
export const usualLimits: ContainerLimits = { sections: 64, sectionBytes: 2 ** 32 };

/** Sections to be written: large ones may be in pieces, which are joined. */
export type SectionPieces = ReadonlyMap<string, Uint8Array | readonly Uint8Array[]>;

/** @throws RangeError for a name that a section cannot have */
export function writeContainer(
  { version, sections }: { readonly version: number; readonly sections: SectionPieces },
  checksum: Checksum = sha256,
): Uint8Array<ArrayBuffer> {
  const ordered = [...sections]
    .map(([name, content]) => {
      const pieces = content instanceof Uint8Array ? [content] : content;
      return { name, pieces, bytes: pieces.reduce((sum, { length }) => sum + length, 0) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const headEnd = tableStart + ordered.length * entryBytes;
  const contentBytes = ordered.reduce((sum, { bytes }) => sum + bytes, 0);
  const file = new Uint8Array(headEnd + checksumBytes + contentBytes);
  const view = new DataView(file.buffer);
  file.set(magic);
  view.setUint32(8, version, true);
  view.setUint32(12, ordered.length, true);
  let at = headEnd + checksumBytes;
  for (const [index, { name, pieces, bytes }] of ordered.entries()) {
    if (!namePattern.test(name)) throw new RangeError(`no section can be called "${name}"`);
    const entry = tableStart + index * entryBytes;
    for (let i = 0; i < name.length; i++) file[entry + i] = name.charCodeAt(i);
    view.setUint32(entry + nameBytes, bytes % two32, true);
    view.setUint32(entry + nameBytes + 4, Math.floor(bytes / two32), true);
    const start = at;
    for (const piece of pieces) {
      file.set(piece, at);
      at += piece.length;
    }
    file.set(checksum(file.subarray(start, at)), entry + nameBytes + 8);
  }
  file.set(checksum(file.subarray(0, headEnd)), headEnd);
  return file;
}

/** Where a section lies in its file. */
export interface SectionPlace {
  readonly name: string;
  readonly at: Bytes;
  readonly bytes: Bytes;
  readonly checksum: Uint8Array;
}

export interface ReadOptions {
  readonly checksum?: Checksum;
  readonly limits?: ContainerLimits;
}

/**
 * What sections a file has, from its beginning: all of the file need not be there.
 *
 * @param newest the newest version that the caller understands
 * @throws Failure `snapshot-foreign`, `snapshot-newer`, `snapshot-too-large`, `snapshot-damaged`
 */
export function readTable(
  file: Uint8Array,
  newest: number,
  { checksum = sha256, limits = usualLimits }: ReadOptions = {},
): { readonly version: number; readonly places: readonly SectionPlace[] } {
  if (file.length < magic.length || magic.some((byte, index) => file[index] !== byte)) {
    throw new Failure(
      "snapshot-foreign",
      "This is no snapshot of Trapline.",
      "Give a file that `savevm` or `--checkpoint` has written.",
    );
  }
  if (file.length < tableStart) throw damagedSection("header", "the file ends");
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const version = view.getUint32(8, true);
  if (version > newest) {
    throw new Failure(
      "snapshot-newer",
      `The snapshot has format ${version}, and this Trapline knows ${newest} at the most.`,
      "Use a Trapline at least as new as the one that saved it.",
    );
  }
  const count = view.getUint32(12, true);
  if (count > limits.sections) throw tooLarge(`${count} sections`, `${limits.sections}`);
  const headEnd = tableStart + count * entryBytes;
  const content = headEnd + checksumBytes;
  if (file.length < content) throw damagedSection("header", "the file ends");
  const isIntact = equal(checksum(file.subarray(0, headEnd)), file.subarray(headEnd, content));
  if (!isIntact || version === 0) throw damagedSection("header", "the checksum is another");
  const places: SectionPlace[] = [];
  let at = content;
  for (let entry = tableStart; entry < headEnd; entry += entryBytes) {
    const name = readName(file.subarray(entry, entry + nameBytes));
    const previous = places.at(-1)?.name ?? "";
    if (name === undefined || name <= previous) throw damagedSection("header", "a name is none");
    const high = view.getUint32(entry + nameBytes + 4, true);
    const bytes = high * two32 + view.getUint32(entry + nameBytes, true);
    if (bytes > limits.sectionBytes) {
      throw tooLarge(`a section "${name}" of ${bytes} bytes`, `${limits.sectionBytes}`);
    }
    const expected = file.subarray(entry + nameBytes + 8, entry + entryBytes);
    places.push({ name, at, bytes, checksum: expected });
    at += bytes;
  }
  return { version, places };
}

/** @throws Failure `snapshot-damaged` where the section is cut short or another one */
export function readSection(
  file: Uint8Array,
  { name, at, bytes, checksum: expected }: SectionPlace,
  checksum: Checksum = sha256,
): Uint8Array {
  const content = file.subarray(at, at + bytes);
  if (content.length < bytes) throw damagedSection(name, "the file ends");
  if (!equal(checksum(content), expected)) throw damagedSection(name, "the checksum is another");
  return content;
}

/**
 * The sections are views of `file`.
 *
 * @throws Failure as `readTable` and `readSection`
 */
export function readContainer(
  file: Uint8Array,
  newest: number,
  options: ReadOptions = {},
): Container {
  const { version, places } = readTable(file, newest, options);
  const last = places.at(-1);
  const sections = new Map(
    places.map((place) => [place.name, readSection(file, place, options.checksum)]),
  );
  const end = last === undefined ? tableStart + checksumBytes : last.at + last.bytes;
  if (end !== file.length) throw damagedSection("header", "something follows the last section");
  return { version, sections };
}

function readName(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const length = end < 0 ? bytes.length : end;
  const name = String.fromCharCode(...bytes.subarray(0, length));
  const isFilled = bytes.subarray(length).every((byte) => byte === 0);
  return isFilled && namePattern.test(name) ? name : undefined;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function tooLarge(what: string, most: string): Failure {
  return new Failure(
    "snapshot-too-large",
    `The snapshot has ${what}; ${most} is the most that is read.`,
    "Check that the file is the one that was saved.",
  );
}
