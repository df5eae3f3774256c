import fc from "fast-check";
import { expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";

/**
 * Sv39 against a plain transcription of the manual's algorithm (privileged manual, 4.3.2), over
 * random page tables and sequences of accesses that share one TLB.
 */
const bit = { v: 1n, r: 2n, w: 4n, x: 8n, u: 16n, a: 64n, d: 128n };
const tables = [0x1_2000, 0x1_1000, 0x1_0000].map((offset) => ramBase + offset);
const dataPage = ramBase + 0x2_0000;
const nops = 0x0000_0013_0000_0013n;
const pageFault = { fetch: 12, load: 13, store: 15 };
const accessFault = { fetch: 1, load: 5, store: 7 };
const pageOfNops = new Uint8Array(new BigUint64Array(512).fill(nops).buffer);
const programs = { load: ramBase, store: ramBase + 0x100, fetch: ramBase + 0x200 };
const none = 24n;

type Kind = keyof typeof pageFault;
interface Access {
  readonly kind: Kind;
  readonly privilege: number;
  readonly sum: boolean;
  readonly mxr: boolean;
  readonly page: number;
}

const h = new BareHart();
const setStatus = asm("csrrw", { rs1: 5, csr: 0x300 });
h.load([setStatus, asm("ld", { rd: 6, rs1: 7 })], programs.load);
h.load([setStatus, asm("sd", { rs1: 7, rs2: 8 })], programs.store);
h.load([setStatus, asm("csrrw", { rs1: 7, csr: 0x341 }), asm("mret")], programs.fetch);

function word(address: number): bigint {
  const bytes = new Uint8Array(8);
  return h.ram.read(address, bytes) ? new DataView(bytes.buffer).getBigUint64(0, true) : -1n;
}
function setWord(address: number, value: bigint): void {
  h.ram.write(address, new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, value)).buffer));
}

/** Virtual page `page` of the window; the first one lies where the page tables are varied. */
const addressOf = (page: number) =>
  (5n << 30n) | (3n << 21n) | (BigInt(0x20 + page) << 12n) | 0x18n;
const indexOf = (address: bigint, level: number) =>
  Number((address >> BigInt(12 + 9 * level)) & 511n);
const slotOf = (address: bigint, level: number, table = tables[level] as number) =>
  table + 8 * indexOf(address, level);

/** The manual's steps 1 to 9. @returns the physical address, or the cause of the fault */
function translate(address: bigint, { kind, privilege, sum, mxr }: Access): bigint | number {
  let table = BigInt(tables[2] as number);
  for (let level = 2; level >= 0; level--) {
    if (table < BigInt(ramBase) || table >= BigInt(ramBase + 2 ** 20)) return accessFault[kind];
    const slot = slotOf(address, level, Number(table));
    const entry = word(slot);
    const has = (flags: bigint) => (entry & flags) === flags;
    if (!has(bit.v) || (!has(bit.r) && has(bit.w)) || entry >> 54n !== 0n) return pageFault[kind];
    const next = ((entry >> 10n) & (2n ** 44n - 1n)) << 12n;
    if (!has(bit.r) && !has(bit.x)) {
      if ((entry & (bit.u | bit.a | bit.d)) !== 0n || level === 0) return pageFault[kind];
      table = next;
      continue;
    }
    const readable = has(bit.r) || (mxr && has(bit.x));
    const allowed = { fetch: has(bit.x), load: readable, store: has(bit.w) }[kind];
    const byUser = has(bit.u) ? privilege === 0 || (sum && kind !== "fetch") : privilege !== 0;
    const inPage = (1n << BigInt(12 + 9 * level)) - 1n;
    if (!allowed || !byUser || (next & inPage) !== 0n) return pageFault[kind];
    setWordQuietly(slot, entry | bit.a | (kind === "store" ? bit.d : 0n));
    const physical = next | (address & inPage);
    const isRam = physical >= BigInt(ramBase) && physical < BigInt(ramBase + 2 ** 20);
    return isRam ? physical : accessFault[kind];
  }
  return pageFault[kind];
}

/** What the hart is expected to have written, beside what it wrote. */
const expectedEntries = new Map<number, bigint>();
function setWordQuietly(slot: number, value: bigint): void {
  expectedEntries.set(slot, value);
}

function perform({ kind, privilege, sum, mxr, page }: Access): bigint {
  const status =
    (BigInt(privilege) << 11n) |
    (kind === "fetch" ? 0n : 1n << 17n) |
    (sum ? 1n << 18n : 0n) |
    (mxr ? 1n << 19n : 0n);
  h.setX(5, status);
  h.setX(6, 0n);
  h.setX(7, addressOf(page));
  h.setX(8, nops);
  h.hart.setWide("mcause", none);
  h.hart.setWide("mtval", 0n);
  h.hart.set("privilege", 3);
  h.pc = BigInt(programs[kind]);
  h.run(kind === "fetch" ? 4 : 2);
  return h.hart.wide("mcause");
}

const flags = fc.oneof(
  fc.constantFrom(0xcfn, 0xdfn, 0x0fn, 0x1fn, 0x43n, 0x4bn, 0x59n, 0x07n),
  fc.bigInt({ min: 0n, max: 255n }),
);
const reserved = fc.oneof(
  { weight: 15, arbitrary: fc.constant(0n) },
  { weight: 1, arbitrary: fc.bigInt({ min: 54n, max: 63n }).map((n) => 1n << n) },
);
const leaf = (targets: readonly number[]) =>
  fc
    .tuple(fc.constantFrom(...targets), flags, reserved)
    .map(([target, low, high]) => ((BigInt(target) >> 12n) << 10n) | low | high);
const pointer = (level: number) =>
  fc.constant(((BigInt(tables[level] as number) >> 12n) << 10n) | bit.v);

const pageTables = fc.record({
  top: fc.oneof(
    { weight: 6, arbitrary: pointer(1) },
    { weight: 1, arbitrary: leaf([ramBase, ramBase + 0x20_0000, 0x4000_0000, dataPage]) },
  ),
  middle: fc.oneof(
    { weight: 6, arbitrary: pointer(0) },
    { weight: 2, arbitrary: leaf([ramBase, ramBase + 0x1000, 0x4000_0000, 0x1_0000_0000]) },
  ),
  bottom: fc.array(leaf([dataPage, dataPage, dataPage + 0x1000, 0x4000_0000]), {
    minLength: 3,
    maxLength: 3,
  }),
});
const accesses = fc.array(
  fc.record({
    kind: fc.constantFrom<Kind>("fetch", "load", "store"),
    privilege: fc.constantFrom(0, 1),
    sum: fc.boolean(),
    mxr: fc.boolean(),
    page: fc.nat(2),
  }),
  { minLength: 1, maxLength: 8 },
);

test("translation, faults and accessed and dirty bits are the manual's, whatever the TLB holds", () => {
  const fillData = () => {
    for (let page = 0; page < 6; page++) h.ram.write(dataPage + page * 4096, pageOfNops);
  };
  h.hart.setWide("satp", (8n << 60n) | (BigInt(tables[2] as number) >> 12n));
  fc.assert(
    fc.property(pageTables, accesses, ({ top, middle, bottom }, sequence) => {
      setWord(slotOf(addressOf(0), 2), top);
      setWord(slotOf(addressOf(0), 1), middle);
      bottom.forEach((entry, page) => {
        setWord(slotOf(addressOf(page), 0), entry);
      });
      // The data may have served as a page table.
      fillData();
      h.engine.flush(h.hart.address);
      for (const access of sequence) {
        expectedEntries.clear();
        const address = addressOf(access.page);
        const outcome = translate(address, access);
        const cause = perform(access);
        if (typeof outcome === "number") {
          expect(cause).toBe(BigInt(outcome));
          expect(h.hart.wide("mtval")).toBe(address);
        } else {
          expect(cause).toBe(none);
          if (access.kind === "load") expect(h.x(6)).toBe(nops);
          if (access.kind === "fetch") expect(h.pc).toBe(address + 4n);
          if (access.kind === "store") expect(word(Number(outcome))).toBe(nops);
        }
        for (const [slot, entry] of expectedEntries) expect(word(slot)).toBe(entry);
      }
    }),
    { numRuns: Number(process.env.WALK_RUNS ?? 600) },
  );
});

test.each([1n << 38n, 1n << 39n, -(1n << 39n), 1n << 63n])(
  "address %d, whose high bits are no extension of bit 38, is a page fault",
  (address) => {
    h.hart.setWide("mcause", none);
    h.hart.set("privilege", 3);
    h.hart.setWide("mstatus", 0n);
    h.setX(5, (1n << 11n) | (1n << 17n));
    h.setX(7, address);
    h.pc = BigInt(programs.load);
    h.run(2);
    expect(h.hart.wide("mcause")).toBe(13n);
    expect(h.hart.wide("mtval")).toBe(BigInt.asUintN(64, address));
  },
);

test("taking MXR or SUM back takes away what they allowed", () => {
  const executableOnly = bit.v | bit.x | bit.a | bit.u;
  setWord(slotOf(addressOf(0), 2), ((BigInt(tables[1] as number) >> 12n) << 10n) | bit.v);
  setWord(slotOf(addressOf(0), 1), ((BigInt(tables[0] as number) >> 12n) << 10n) | bit.v);
  setWord(slotOf(addressOf(0), 0), ((BigInt(dataPage) >> 12n) << 10n) | executableOnly);
  h.engine.flush(h.hart.address);
  const load = { kind: "load", privilege: 1, page: 0 } as const;
  const causes = [
    { sum: true, mxr: true },
    { sum: true, mxr: false },
    { sum: true, mxr: true },
    { sum: false, mxr: true },
  ].map((allowed) => perform({ ...load, ...allowed }));
  expect(causes).toEqual([none, 13n, none, 13n]);
});
