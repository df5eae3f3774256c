import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listMappings, walkGuest } from "./guest-walk.ts";

const page = 0x1000;
const flags = { leaf: 0xcfn, pointer: 1n };

/** Tables by address: index of an entry and what it holds. */
function reader(tables: Readonly<Record<number, Readonly<Record<number, bigint>>>>) {
  return (address: number) => {
    const table = tables[address - (address % page)];
    return table && (table[(address % page) / 8] ?? 0n);
  };
}

function entry(physical: number, bits: bigint): bigint {
  return (BigInt(physical / page) << 10n) | bits;
}

const root = 0x8000_0000;
const satp = (mode: bigint) => (mode << 60n) | BigInt(root / page);
const tables = {
  [root]: { 0: entry(root + page, flags.pointer), 2: entry(0x4000_0000, flags.leaf) },
  [root + page]: { 1: entry(root + 2 * page, flags.pointer) },
  [root + 2 * page]: { 3: entry(0x9000_0000, flags.leaf), 4: entry(0x9000_1000, flags.leaf) },
};

describe("walkGuest", () => {
  test.each([
    [0x20_3123n, 0x9000_0123],
    [0x20_4fffn, 0x9000_1fff],
    [0x20_5000n, undefined],
    [0x8012_3456n, 0x4012_3456],
    [1n << 50n, undefined],
  ])("leads %s to %s in Sv39", (address, physical) => {
    expect(walkGuest(satp(8n), address, reader(tables))).toBe(physical);
  });

  test("without paging an address is physical", () => {
    expect(walkGuest(0n, 0x1234n, reader({}))).toBe(0x1234);
  });

  test("neighbours that are mapped evenly are listed as one", () => {
    expect([...listMappings(satp(8n), reader(tables))]).toEqual([
      { address: 0x20_3000n, physical: 0x9000_0000, bytes: 2 * page, flags: 0xcf },
      { address: 0x8000_0000n, physical: 0x4000_0000, bytes: 2 ** 30, flags: 0xcf },
    ]);
  });

  test("whatever the tables hold, a walk ends", () => {
    const modes = fc.constantFrom(8n, 9n, 10n);
    fc.assert(
      fc.property(
        modes,
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (m, a, e) => {
          const physical = walkGuest(satp(m), a, () => e);
          expect(physical === undefined || physical >= 0).toBe(true);
        },
      ),
    );
  });

  test("a table that leads to itself is listed as far as there is an end to it", () => {
    const itself = entry(root, flags.pointer);
    const isLeafLevel = (at: number) => at % page === 8 * 511;
    let reads = 0;
    const read = (at: number) => {
      reads += 1;
      return isLeafLevel(at) ? entry(root, flags.leaf) : itself;
    };
    expect([...listMappings(satp(10n), read)].length).toBeGreaterThan(1000);
    expect(reads).toBeLessThan(2 ** 21);
  });
});
