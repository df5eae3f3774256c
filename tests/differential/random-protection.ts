/**
 * Random physical memory protection: entries over data pages, pages of `ret` and page tables; what
 * the harness needs is always permitted.
 */
import { csr } from "./csr-numbers.ts";
import { dataAddress, dataPages, pageBytes, returnAddress, tables } from "./privileged-layout.ts";
import type { Random } from "./random.ts";

export interface RandomProtection {
  readonly csrs: readonly (readonly [number: number, value: bigint])[];
  /** Everything is permitted. */
  readonly isOpen: boolean;
  /** Some entries match a part of a page. */
  readonly cutsPages: boolean;
}

interface Entry {
  readonly configuration: number;
  /** In units of four bytes. */
  readonly address: bigint;
}

const permission = { r: 1, w: 2, x: 4, all: 7 } as const;
const mode = { off: 0, topOfRange: 1 << 3, four: 2 << 3, naturalPowerOfTwo: 3 << 3 } as const;
const lastAddress = (1n << 54n) - 1n;
/** No memory lies there or beyond. */
const endAddress = 2 ** 40;
const dataBytes = 16 * pageBytes;
const lowTables = [tables.middle, ...tables.leaves];
/** What is left for data pages beside the six fixed ones. */
const dataEntries = 10;

const word = (address: number): bigint => BigInt(address / 4);
const everything: Entry = {
  configuration: mode.naturalPowerOfTwo | permission.all,
  address: lastAddress,
};

/** A naturally aligned power of two of at least eight bytes. */
const block = (address: number, bytes: number, permitted: number): Entry => ({
  configuration: mode.naturalPowerOfTwo | permitted,
  address: word(address) | BigInt(bytes / 8 - 1),
});
const four = (address: number, permitted: number): Entry => ({
  configuration: mode.four | permitted,
  address: word(address),
});
const range = (from: number, to: number, permitted: number): Entry[] => [
  { configuration: mode.off, address: word(from) },
  { configuration: mode.topOfRange | permitted, address: word(to) },
];

/** @param mayCut pages may be permitted in part */
export function randomProtection(random: Random, mayCut: boolean): RandomProtection {
  if (random.chance(0.5)) return { csrs: csrsOf([everything]), isOpen: true, cutsPages: false };
  const cutsPages = mayCut && random.chance(0.6);
  const overData = Array.from({ length: dataPages }, (_, i) => dataAddress + pageBytes * i).flatMap(
    (page) => {
      // A page is either cut or not: known deviation "cut-page".
      if (cutsPages && random.chance(0.6)) return part(random, page);
      return random.chance(0.8) ? [block(page, pageBytes, permitted(random))] : [];
    },
  );
  const list = [
    ...overData.slice(0, dataEntries),
    block(
      returnAddress,
      2 * pageBytes,
      random.pick([5, permission.x, permission.all, permission.r]),
    ),
    // Code is mapped by the roots alone. Not R without W: known deviation "protected-update".
    ...(random.chance(0.2) ? [block(random.pick(lowTables), pageBytes, permission.x)] : []),
    ...range(0, dataAddress, permission.all),
    ...range(dataAddress + dataBytes, endAddress, permission.all),
  ];
  return { csrs: csrsOf(list), isOpen: false, cutsPages };
}

/** Something of a page's first or last 64 bytes, on which programs work, or half of the page. */
function part(random: Random, page: number): Entry[] {
  const start = page + (random.chance(0.5) ? 0 : pageBytes - 64);
  return random.weighted<() => Entry[]>([
    [2, () => range(page, page + pageBytes / 2, permitted(random))],
    [2, () => [block(start, random.pick([16, 32, 64]), permitted(random))]],
    [2, () => [four(start + 4 * random.below(16), permitted(random))]],
    [
      3,
      () => {
        const from = start + 4 * random.below(12);
        return range(from, from + 4 * random.between(1, 12), permitted(random));
      },
    ],
  ])();
}

const permitted = (random: Random): number => random.pick([0, 1, 3, 3, 4, 5, 7, 7]);

function csrsOf(list: readonly Entry[]): RandomProtection["csrs"] {
  const half = (first: number) =>
    list
      .slice(first, first + 8)
      .reduce((bits, { configuration }, i) => bits | (BigInt(configuration) << BigInt(8 * i)), 0n);
  return [
    ...list.map(({ address }, i) => [csr.pmpaddr0 + i, address] as const),
    [csr.pmpcfg0, half(0)],
    [csr.pmpcfg2, half(8)],
  ];
}
