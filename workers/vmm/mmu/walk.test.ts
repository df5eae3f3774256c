import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";

/**
 * Sv39, Sv48 and Sv57 with Svnapot, Svpbmt and Svadu against a plain transcription of the manual's algorithm (privileged manual, 4.3.2), over
 * random page tables and sequences of accesses that share one TLB.
 */
interface Mode {
  readonly name: string;
  readonly number: bigint;
  readonly levels: number;
}
const modes: readonly Mode[] = [
  { name: "Sv39", number: 8n, levels: 3 },
  { name: "Sv48", number: 9n, levels: 4 },
  { name: "Sv57", number: 10n, levels: 5 },
];
const bit = { v: 1n, r: 2n, w: 4n, x: 8n, u: 16n, a: 64n, d: 128n, n: 1n << 63n };
const memoryType = { noncacheable: 1n << 61n, io: 2n << 61n, reserved: 3n << 61n };
const menvcfg = { adue: 1n << 61n, pbmte: 1n << 62n };
/** Of the levels from the leaf tables up. */
const tables = [0x1_2000, 0x1_1000, 0x1_0000, 0x1_3000, 0x1_4000].map((offset) => ramBase + offset);
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
const addressOf = (page: number, levels = 3) =>
  (levels > 4 ? 7n << 48n : 0n) |
  (levels > 3 ? 9n << 39n : 0n) |
  (5n << 30n) |
  (3n << 21n) |
  (BigInt(0x20 + page) << 12n) |
  0x18n;
const indexOf = (address: bigint, level: number) =>
  Number((address >> BigInt(12 + 9 * level)) & 511n);
const slotOf = (address: bigint, level: number, table = tables[level] as number) =>
  table + 8 * indexOf(address, level);

interface Environment {
  readonly mode: Mode;
  /** Of `menvcfg`. */
  readonly updates: boolean;
  readonly types: boolean;
}

/** The manual's steps 1 to 9. @returns the physical address, or the cause of the fault */
function translate(
  address: bigint,
  { kind, privilege, sum, mxr }: Access,
  { mode, updates, types }: Environment,
): bigint | number {
  let table = BigInt(tables[mode.levels - 1] as number);
  for (let level = mode.levels - 1; level >= 0; level--) {
    if (table < BigInt(ramBase) || table >= BigInt(ramBase + 2 ** 20)) return accessFault[kind];
    const slot = slotOf(address, level, Number(table));
    const entry = word(slot);
    const has = (flags: bigint) => (entry & flags) === flags;
    if (!has(bit.v) || (!has(bit.r) && has(bit.w))) return pageFault[kind];
    if (((entry >> 54n) & 0x7fn) !== 0n || has(memoryType.reserved)) return pageFault[kind];
    if ((entry & memoryType.reserved) !== 0n && !types) return pageFault[kind];
    let next = ((entry >> 10n) & (2n ** 44n - 1n)) << 12n;
    if (!has(bit.r) && !has(bit.x)) {
      if ((entry & (bit.u | bit.a | bit.d)) !== 0n || level === 0) return pageFault[kind];
      if (entry >> 54n !== 0n) return pageFault[kind];
      table = next;
      continue;
    }
    const readable = has(bit.r) || (mxr && has(bit.x));
    const allowed = { fetch: has(bit.x), load: readable, store: has(bit.w) }[kind];
    const byUser = has(bit.u) ? privilege === 0 || (sum && kind !== "fetch") : privilege !== 0;
    let inPage = (1n << BigInt(12 + 9 * level)) - 1n;
    if (has(bit.n)) {
      if (level > 0 || ((next >> 12n) & 15n) !== 8n) return pageFault[kind];
      inPage = 0xffffn;
      next -= 0x8000n;
    }
    if (!allowed || !byUser || (next & inPage) !== 0n) return pageFault[kind];
    const updated = entry | bit.a | (kind === "store" ? bit.d : 0n);
    if (updated !== entry && !updates) return pageFault[kind];
    setWordQuietly(slot, updated);
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

function perform({ kind, privilege, sum, mxr, page }: Access, levels = 3): bigint {
  const status =
    (BigInt(privilege) << 11n) |
    (kind === "fetch" ? 0n : 1n << 17n) |
    (sum ? 1n << 18n : 0n) |
    (mxr ? 1n << 19n : 0n);
  h.setX(5, status);
  h.setX(6, 0n);
  h.setX(7, addressOf(page, levels));
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
  { weight: 12, arbitrary: fc.constant(0n) },
  { weight: 1, arbitrary: fc.bigInt({ min: 54n, max: 63n }).map((n) => 1n << n) },
  { weight: 2, arbitrary: fc.constantFrom(...Object.values(memoryType)) },
);
/** Of 64 KiB, most of them well formed: page number bits 3:0 are 1000. */
const napot = fc
  .tuple(fc.constantFrom(8n, 8n, 8n, 0n, 4n, 9n), flags, reserved)
  .map(([size, low, high]) => bit.n | (((BigInt(dataPage) >> 12n) | size) << 10n) | low | high);
const leaf = (targets: readonly number[]) =>
  fc
    .tuple(fc.constantFrom(...targets), flags, reserved)
    .map(([target, low, high]) => ((BigInt(target) >> 12n) << 10n) | low | high);
const pointer = (level: number) =>
  fc.constant(((BigInt(tables[level] as number) >> 12n) << 10n) | bit.v);

const pageTables = fc.record({
  root: fc.oneof({ weight: 6, arbitrary: pointer(3) }, { weight: 1, arbitrary: leaf([ramBase]) }),
  upper: fc.oneof(
    { weight: 6, arbitrary: pointer(2) },
    { weight: 1, arbitrary: leaf([ramBase, dataPage]) },
  ),
  top: fc.oneof(
    { weight: 6, arbitrary: pointer(1) },
    { weight: 1, arbitrary: leaf([ramBase, ramBase + 0x20_0000, 0x4000_0000, dataPage]) },
  ),
  middle: fc.oneof(
    { weight: 6, arbitrary: pointer(0) },
    { weight: 2, arbitrary: leaf([ramBase, ramBase + 0x1000, 0x4000_0000, 0x1_0000_0000]) },
    // A superpage of the right alignment that claims to be a range.
    { weight: 1, arbitrary: leaf([ramBase]).map((entry) => entry | bit.n | (8n << 10n)) },
  ),
  bottom: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: leaf([dataPage, dataPage, dataPage + 0x1000, 0x4000_0000]) },
      { weight: 1, arbitrary: napot },
    ),
    { minLength: 3, maxLength: 3 },
  ),
});
const environments = fc.record({ updates: fc.boolean(), types: fc.boolean() });
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

test.each(modes)(
  "in $name, translation, faults, A and D bits are the manual's, whatever the TLB holds",
  (mode) => {
    const fillData = () => {
      for (let page = 0; page < 16; page++) h.ram.write(dataPage + page * 4096, pageOfNops);
    };
    const { levels } = mode;
    const root = BigInt(tables[levels - 1] as number);
    h.hart.setWide("satp", (mode.number << 60n) | (root >> 12n));
    fc.assert(
      fc.property(pageTables, environments, accesses, (entries, { updates, types }, sequence) => {
        const above = [entries.middle, entries.top, entries.upper, entries.root];
        for (let level = 1; level < levels; level++) {
          setWord(slotOf(addressOf(0, levels), level), above[level - 1] as bigint);
        }
        entries.bottom.forEach((entry, page) => {
          setWord(slotOf(addressOf(page), 0), entry);
        });
        const environment = (updates ? menvcfg.adue : 0n) | (types ? menvcfg.pbmte : 0n);
        h.hart.setWide("menvcfg", environment);
        // The data may have served as a page table.
        fillData();
        h.engine.flush(h.hart.address);
        for (const access of sequence) {
          expectedEntries.clear();
          const address = addressOf(access.page, levels);
          const outcome = translate(address, access, { mode, updates, types });
          const cause = perform(access, levels);
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
      { numRuns: Number(process.env.WALK_RUNS ?? 400) },
    );
  },
);

test.each(
  modes.flatMap((mode) => {
    const bits = BigInt(12 + 9 * mode.levels);
    const addresses = [1n << (bits - 1n), 1n << bits, -1n << bits, 1n << 63n];
    return addresses.map((address) => ({ ...mode, address }));
  }),
)("in $name, address $address is a page fault: not its sign-extended low bits", (wrong) => {
  h.hart.setWide("satp", (wrong.number << 60n) | (BigInt(tables[2] as number) >> 12n));
  h.engine.flush(h.hart.address);
  h.hart.setWide("mcause", none);
  h.hart.set("privilege", 3);
  h.hart.setWide("mstatus", 0n);
  h.setX(5, (1n << 11n) | (1n << 17n));
  h.setX(7, wrong.address);
  h.pc = BigInt(programs.load);
  h.run(2);
  expect(h.hart.wide("mcause")).toBe(13n);
  expect(h.hart.wide("mtval")).toBe(BigInt.asUintN(64, wrong.address));
});

describe("in Sv39", () => {
  const root = BigInt(tables[2] as number);
  const pointTo = (level: number) => ((BigInt(tables[level] as number) >> 12n) << 10n) | bit.v;
  const number = (address: number) => (BigInt(address) >> 12n) << 10n;
  const load = { kind: "load", privilege: 1, page: 0, sum: true, mxr: true } as const;

  beforeEach(() => {
    h.hart.setWide("satp", (8n << 60n) | (root >> 12n));
    h.hart.setWide("menvcfg", menvcfg.adue);
    setWord(slotOf(addressOf(0), 2), pointTo(1));
    setWord(slotOf(addressOf(0), 1), pointTo(0));
    h.engine.flush(h.hart.address);
  });

  test("taking MXR or SUM back takes away what they allowed", () => {
    setWord(slotOf(addressOf(0), 0), number(dataPage) | bit.v | bit.x | bit.a | bit.u);
    const causes = [
      { sum: true, mxr: true },
      { sum: true, mxr: false },
      { sum: true, mxr: true },
      { sum: false, mxr: true },
    ].map((allowed) => perform({ ...load, ...allowed }));
    expect(causes).toEqual([none, 13n, none, 13n]);
  });

  test("switching memory types off makes entries invalid that have one", () => {
    const entry = number(dataPage) | bit.v | bit.r | bit.a | memoryType.io;
    setWord(slotOf(addressOf(0), 0), entry);
    const causes = [menvcfg.pbmte, 0n, menvcfg.pbmte].map((environment) => {
      h.setPrivilege(3);
      h.pc = BigInt(ramBase + 0x300);
      h.write(0x30a, environment);
      return perform(load);
    });
    expect(causes).toEqual([none, 13n, none]);
  });

  test.each(["sfence.vma", "sinval.vma"])("%s in a NAPOT range forgets all of it", (fence) => {
    // Before the accesses: a store to code flushes by itself.
    h.load([asm(fence, { rs1: 7 })], ramBase + 0x300);
    const range = bit.n | number(dataPage + 0x8000) | bit.v | bit.r | bit.a;
    for (const page of [0, 1]) setWord(slotOf(addressOf(page), 0), range);
    expect([0, 1].map((page) => perform({ ...load, page }))).toEqual([none, none]);
    for (const page of [0, 1]) setWord(slotOf(addressOf(page), 0), 0n);
    h.setX(7, addressOf(1));
    h.setPrivilege(3);
    h.pc = BigInt(ramBase + 0x300);
    h.run(1);
    expect([0, 1].map((page) => perform({ ...load, page }))).toEqual([13n, 13n]);
  });
});
