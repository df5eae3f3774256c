import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { RingMemory } from "./ring-memory.ts";
import { splitRing } from "./split-ring.ts";

const base = 0x8000_0000;
const table = base + 0x1000;
const next = 1;
const write = 2;
const indirect = 4;
type Descriptor = readonly [address: number, bytes: number, flags: number, next: number];

describe("splitRing", () => {
  test("reads a chain in its own order, readable buffers before writable ones", () => {
    const chain = parse(4, 2, {
      [table]: [
        [base + 0x100, 1, write, 0],
        [base, 9, 0, 0],
        [base + 0x200, 16, next, 3],
        [base + 0x300, 32, next | write, 0],
      ],
    });
    expect(chain).toEqual({
      head: 2,
      slots: 1,
      readable: [{ address: base + 0x200, bytes: 16 }],
      writable: [
        { address: base + 0x300, bytes: 32 },
        { address: base + 0x100, bytes: 1 },
      ],
    });
  });

  test("follows an indirect table, also behind plain descriptors", () => {
    const chain = parse(2, 0, {
      [table]: [
        [base, 16, next, 1],
        [base + 0x4000, 32, indirect, 0],
      ],
      [base + 0x4000]: [
        [base + 0x100, 8, next, 1],
        [base + 0x200, 1, write, 0],
      ],
    });
    expect(chain?.readable).toHaveLength(2);
    expect(chain?.writable).toEqual([{ address: base + 0x200, bytes: 1 }]);
  });

  test.each<[string, readonly Descriptor[]]>([
    ["a loop", [[base, 16, next, 0]]],
    ["an index beyond the table", [[base, 16, next, 1]]],
    ["a buffer below RAM", [[base - 1, 16, 0, 0]]],
    ["a buffer that ends beyond RAM", [[base + (1 << 20) - 8, 16, 0, 0]]],
    ["a buffer of nearly 4 GiB", [[base, 0xffff_ffff, 0, 0]]],
    ["an address of 64 bits", [[2 ** 64 - 4096, 16, 0, 0]]],
    ["an empty buffer", [[base, 0, 0, 0]]],
    ["an empty indirect table", [[base + 0x4000, 0, indirect, 0]]],
    ["an indirect table of half a descriptor", [[base + 0x4000, 8, indirect, 0]]],
    ["an indirect table outside of RAM", [[0, 16, indirect, 0]]],
    ["an indirect table inside another", [[table, 16, indirect, 0]]],
    ["a chain that goes on behind an indirect table", [[base + 0x4000, 16, indirect | next, 0]]],
  ])("refuses %s", (_what, descriptors) => {
    expect(parse(1, 0, { [table]: descriptors })).toBeUndefined();
  });

  test("refuses a readable buffer behind a writable one", () => {
    const descriptors: Descriptor[] = [
      [base, 16, next | write, 1],
      [base, 16, 0, 0],
    ];
    expect(parse(2, 0, { [table]: descriptors })).toBeUndefined();
  });

  test("refuses a head beyond the table and a table outside of RAM", () => {
    const memory = new FlatMemory();
    expect(take(memory, table, 4, 4)).toBeUndefined();
    expect(take(memory, 0, 4, 0)).toBeUndefined();
    expect(take(memory, 2 ** 64, 4, 0)).toBeUndefined();
  });

  test("whatever a table holds, a chain is refused or lies in RAM, and parsing ends", () => {
    const descriptor = fc.tuple(
      fc.oneof(fc.integer({ min: base - 64, max: base + (1 << 20) }), fc.maxSafeNat()),
      fc.oneof(fc.nat(64), fc.integer({ min: 0, max: 0xffff_ffff })),
      fc.oneof(fc.nat(7), fc.nat(0xffff)),
      fc.oneof(fc.nat(9), fc.nat(0xffff)),
    );
    fc.assert(
      fc.property(fc.array(descriptor, { minLength: 8, maxLength: 8 }), fc.nat(9), (all, head) => {
        const chain = parse(8, head, { [table]: all, [base + 0x4000]: all });
        for (const { address, bytes } of [...(chain?.readable ?? []), ...(chain?.writable ?? [])]) {
          expect(address).toBeGreaterThanOrEqual(base);
          expect(bytes).toBeGreaterThan(0);
          expect(address + bytes).toBeLessThanOrEqual(base + (1 << 20));
        }
      }),
      { numRuns: 500 },
    );
  });
});

function parse(size: number, head: number, tables: Record<number, readonly Descriptor[]>) {
  const memory = new FlatMemory();
  for (const [address, descriptors] of Object.entries(tables)) {
    for (const [index, [buffer, bytes, flags, following]] of descriptors.entries()) {
      const view = memory.view(Number(address) + 16 * index, 16);
      view.setBigUint64(0, BigInt(buffer), true);
      view.setUint32(8, bytes, true);
      view.setUint16(12, flags, true);
      view.setUint16(14, following, true);
    }
  }
  return take(memory, table, size, head);
}

/** The chain at `head`, made available as the only one; undefined where it is refused. */
function take(memory: FlatMemory, descriptors: number, size: number, head: number) {
  const available = base + 0xe000;
  memory.view(available, 6).setUint16(2, 1, true);
  memory.view(available, 6).setUint16(4, head, true);
  const position = {
    nextAvailable: 0,
    nextUsed: 0,
    availableWrap: true,
    usedWrap: true,
    inUse: 0,
  };
  const chain = splitRing.take({
    ...{ words: new RingMemory(memory), size, descriptors, available, position },
    ...{ used: base + 0xf000, hasEventIndex: false },
  });
  expect(chain).not.toBe("none");
  return typeof chain === "string" ? undefined : chain;
}
