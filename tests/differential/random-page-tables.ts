/** Random page tables of Sv39, and of Sv48 and Sv57 above them, over a few pages, most entries of which are almost right. */
import {
  dataAddress,
  dataPages,
  pageBytes,
  returnAddress,
  returnPages,
  tables,
  tableWords,
} from "./privileged-layout.ts";
import type { Random } from "./random.ts";

const flag = { v: 1n, r: 2n, w: 4n, x: 8n, u: 16n, g: 32n, a: 64n, d: 128n } as const;
const gibibyte = 2 ** 30;
const megabytes = 2 ** 21;

const pageNumber = (address: number): bigint => BigInt(address / pageBytes) << 10n;
const pointer = (table: number): bigint => pageNumber(table) | flag.v;

const memoryTypes = [1n << 61n, 2n << 61n] as const;
const napot = 1n << 63n;

/** @returns the first words of root, middle, both leaf tables, and the roots of Sv48 and Sv57 */
export function randomPageTables(random: Random): bigint[][] {
  const all = flag.v | flag.r | flag.w | flag.x | flag.a | flag.d;
  const root = [
    random.chance(0.97) ? pointer(tables.middle) : damagedPointer(random, tables.middle),
    random.weighted<() => bigint>([
      [3, () => largeLeaf(random, 0x8000_0000)],
      [1, () => largeLeaf(random, 0x8000_0000 + megabytes * random.between(1, 8))],
      [1, () => damagedPointer(random, tables.middle)],
      [1, () => pointer(tables.middle)],
      [1, () => 0n],
    ])(),
    pageNumber(2 * gibibyte) | all,
    pageNumber(2 * gibibyte) | all | flag.u,
  ];
  const middle = Array.from({ length: tableWords }, (_, i) => {
    if (i === 0) return pointer(tables.leaves[0]);
    return random.weighted<() => bigint>([
      [2, () => pointer(random.pick(tables.leaves))],
      [4, () => largeLeaf(random, dataAddress)],
      [1, () => largeLeaf(random, dataAddress + pageBytes * random.below(8))],
      [1, () => damagedPointer(random, tables.leaves[1])],
      [1, () => 0n],
    ])();
  });
  const leaves = tables.leaves.map(() => Array.from({ length: tableWords }, () => leaf(random)));
  const above = [tables.root, tables.upper].map((table) => [
    pointer(table),
    random.chance(0.5) ? pointer(table) : damagedPointer(random, table),
  ]);
  return [root, middle, ...leaves, ...above];
}

/** The address that a random entry maps lies in the data pages, or is one of the pages of `ret`. */
export function leaf(random: Random): bigint {
  return random.chance(0.1) ? rangeLeaf(random) : pageLeaf(random);
}

/** One of 16 that map 64 KiB together (Svnapot), or nothing where it has the wrong size. */
function rangeLeaf(random: Random): bigint {
  const size = random.pick([8, 8, 8, 4, 10]);
  const number = pageNumber(dataAddress + size * pageBytes);
  // Known deviation "range-update".
  const accessed = size === 8 ? 0n : flag.a | flag.d;
  return number | napot | (flags(random) & ~flag.x) | accessed;
}

export function pageLeaf(random: Random): bigint {
  if (random.chance(0.3)) {
    const page = returnAddress + pageBytes * random.below(returnPages);
    // Programs never change what they may execute here.
    return pageNumber(page) | (flags(random) & ~flag.w) | (random.chance(0.85) ? flag.x : 0n);
  }
  const page = dataAddress + pageBytes * random.below(dataPages);
  return (
    pageNumber(page) |
    (flags(random) & ~flag.x) |
    random.weighted<bigint>([
      [92, 0n],
      [2, memoryTypes[0]],
      [3, memoryTypes[1]],
      [3, napot | flag.a | flag.d],
    ])
  );
}

/** Data only, as what it maps must not be run; nor may it be taken for a pointer to a table. */
function largeLeaf(random: Random, address: number): bigint {
  const readable = random.chance(0.9) ? flag.r : flag.w;
  return pageNumber(address) | (flags(random) & ~flag.x) | readable;
}

/** Not one to where nothing is: known deviation "table-nowhere". */
function damagedPointer(random: Random, table: number): bigint {
  return random.pick([
    pointer(table) | random.pick([flag.u, flag.a, flag.d]),
    pointer(table) & ~flag.v,
    pointer(table) | flag.w,
    pointer(table) | reserved(random),
    pointer(table) | flag.g,
  ]);
}

/** Those that QEMU looks at: known deviation "reserved-entry-bits". */
function reserved(random: Random): bigint {
  return random.pick([...memoryTypes, napot]);
}

function flags(random: Random): bigint {
  const likely = (bit: bigint, probability: number) => (random.chance(probability) ? bit : 0n);
  return (
    likely(flag.v, 0.95) |
    likely(flag.r, 0.85) |
    likely(flag.w, 0.7) |
    likely(flag.u, 0.5) |
    likely(flag.g, 0.1) |
    likely(flag.a, 0.7) |
    likely(flag.d, 0.6) |
    // For software: the hardware ignores them.
    (BigInt(random.below(4)) << 8n)
  );
}
