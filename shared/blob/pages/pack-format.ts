import { createHash } from "node:crypto";
import { BlobError } from "../blob-error.ts";

/**
 * A pack: many pages as one object, which can be read in part.
 *
 *   offset  bytes         field
 *        0      8         "TLPACK01": what this is, and the format's version
 *        8     16         random bytes: no two packs ever have one name
 *       24      4         pages, 1 … 1024
 *       28      4         groups = ⌈pages / 16⌉
 *       32      4·groups  length of each group; the top bit is set where it is stored as it is
 *        …     32·pages   SHA-256 of each page
 *        …                the groups, one after the other: 16 pages each (the last one: the rest),
 *                         compressed with zstd
 *
 * Numbers are little-endian. Everything before the groups is the *front*; the pack's name is the
 * front's SHA-256. So the name proves the front, the front proves each page, and whoever wants one
 * page reads the front and one group.
 *
 * The random bytes are what makes a pack's name unique for ever: a collector that has decided on its
 * removal can never hit a newer one.
 */
export const packLimits = {
  pages: 1024,
  groupPages: 16,
  /** Longest front: what is read to be sure to have it. */
  frontBytes: 32 + 64 * 4 + 1024 * 32,
} as const;

const magic = Buffer.from("TLPACK01");
const rawFlag = 2 ** 31;
const mostGroupBytes = packLimits.groupPages * 4096;

/** Where a group's bytes are in a pack. */
export interface PackGroup {
  readonly offset: number;
  readonly bytes: number;
  readonly isRaw: boolean;
  readonly pages: number;
}

/** What a pack holds, without the pages. */
export interface PackFront {
  readonly name: string;
  readonly pages: number;
  readonly groups: readonly PackGroup[];
  /** Of the whole pack. */
  readonly bytes: number;
  hash(slot: number): Uint8Array;
}

/** Makes a pack's front; the groups' bytes have to follow it. */
export function writePackFront(
  nonce: Uint8Array,
  hashes: readonly Uint8Array[],
  groups: readonly { readonly bytes: number; readonly isRaw: boolean }[],
): Uint8Array {
  const front = Buffer.alloc(32 + groups.length * 4 + hashes.length * 32);
  magic.copy(front);
  front.set(nonce.subarray(0, 16), 8);
  front.writeUInt32LE(hashes.length, 24);
  front.writeUInt32LE(groups.length, 28);
  for (const [index, { bytes, isRaw }] of groups.entries()) {
    front.writeUInt32LE(bytes + (isRaw ? rawFlag : 0), 32 + index * 4);
  }
  for (const [slot, hash] of hashes.entries()) front.set(hash, 32 + groups.length * 4 + slot * 32);
  return front;
}

/** The name that a front gives to its pack. */
export function packName(front: Uint8Array): string {
  return createHash("sha256").update(front).digest("hex");
}

/**
 * Reads a front and checks it against the pack's name.
 *
 * @param start the pack's first bytes, at least the whole front
 * @throws BlobError `damaged` with the pack's name
 */
export function parsePackFront(name: string, start: Uint8Array): PackFront {
  const view = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  const isOurs = view.length >= 32 && view.subarray(0, 8).equals(magic);
  const pages = isOurs ? view.readUInt32LE(24) : 0;
  const count = isOurs ? view.readUInt32LE(28) : 0;
  const length = 32 + count * 4 + pages * 32;
  if (
    pages < 1 ||
    pages > packLimits.pages ||
    count !== Math.ceil(pages / packLimits.groupPages) ||
    view.length < length ||
    packName(view.subarray(0, length)) !== name
  ) {
    throw new BlobError("damaged", `pack ${name} does not have the bytes that its name promises`);
  }
  // A copy: who keeps the front shall not keep the rest of what was read.
  const front = Uint8Array.from(view.subarray(0, length));
  const groups: PackGroup[] = [];
  let offset = length;
  for (let index = 0; index < count; index++) {
    const word = view.readUInt32LE(32 + index * 4);
    const bytes = word % rawFlag;
    if (bytes > mostGroupBytes) throw new BlobError("damaged", `pack ${name} has a group too long`);
    const rest = pages - index * packLimits.groupPages;
    groups.push({
      offset,
      bytes,
      isRaw: word >= rawFlag,
      pages: Math.min(rest, packLimits.groupPages),
    });
    offset += bytes;
  }
  const hashes = 32 + count * 4;
  return {
    name,
    pages,
    groups,
    bytes: offset,
    hash: (slot) => front.subarray(hashes + slot * 32, hashes + slot * 32 + 32),
  };
}

/** Where a pack lies in a store. */
export function packKey(name: string): string {
  return `packs/${name.slice(0, 2)}/${name.slice(2)}`;
}
