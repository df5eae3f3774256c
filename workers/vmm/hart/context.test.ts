import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { pageOfSamePlace } from "../../../tests/support/page-of-same-place.ts";

/**
 * Address spaces of Sv39, each with page tables of its own for one window of addresses, and all with
 * the same, global pages in another. Pages of both windows take the same places in the TLB.
 */
const asids = [0, 1, 2, 5, 9, 0xffff];
const pagesOfKind = 3;
const kinds = ["user", "local", "global"] as const;
type Kind = (typeof kinds)[number];
const contexts = { user: 0, supervisor: 1, sum: 1 } as const;
type Context = keyof typeof contexts;
const fences = ["all", "space", "page", "page of space"] as const;
type Fence = (typeof fences)[number];

const flags = { v: 1, r: 2, w: 4, u: 16, g: 32, a: 64, d: 128 };
const leafFlags: Record<Kind, number> = {
  user: flags.v | flags.r | flags.w | flags.u | flags.a | flags.d,
  local: flags.v | flags.r | flags.w | flags.a | flags.d,
  global: flags.v | flags.r | flags.w | flags.g | flags.a | flags.d,
};
const status = { mprv: 1 << 17, sum: 1 << 18 };
const dataPages = 8;
const dataPage = (index: number) => ramBase + 0x4_0000 + 0x1000 * index;
const tablesOf = (space: number) => ramBase + 0x1_0000 + 0x3000 * space;
const globalTables = tablesOf(asids.length);
const window = { own: 1, global: 3 };
const programs = {
  ...{ load: ramBase, store: ramBase + 0x40, satp: ramBase + 0x80 },
  ...{ all: ramBase + 0xc0, space: ramBase + 0x100 },
  ...{ page: ramBase + 0x140, "page of space": ramBase + 0x180 },
};

let h: BareHart;
/** The space whose turn it is, and what the leaves of each are. */
let present: number;
let mapped: number[][];

const indexOf = (kind: Kind, page: number) => kinds.indexOf(kind) * pagesOfKind + page;
function addressOf(kind: Kind, page: number): bigint {
  const gibibyte = BigInt(kind === "global" ? window.global : window.own) << 30n;
  return gibibyte | BigInt(indexOf(kind, page) << 12);
}

function setWord(address: number, value: number | bigint): void {
  h.ram.write(address, new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
}
const entryOf = (address: number, bits: number) => ((address / 4096) << 10) | bits;

function map(space: number, kind: Kind, page: number, data: number): void {
  const spaces = kind === "global" ? mapped : [mapped[space] as number[]];
  for (const leaves of spaces) leaves[indexOf(kind, page)] = data;
  const leaves = (kind === "global" ? globalTables : tablesOf(space)) + 0x2000;
  setWord(leaves + 8 * indexOf(kind, page), entryOf(dataPage(data), leafFlags[kind]));
}

function run(program: keyof typeof programs, steps: number): void {
  h.setPrivilege(3);
  h.pc = BigInt(programs[program]);
  h.run(steps);
}

function goTo(space: number): void {
  present = space;
  h.setX(5, (8n << 60n) | (BigInt(asids[space] as number) << 44n) | BigInt(tablesOf(space) / 4096));
  run("satp", 1);
}

function access(program: "load" | "store", context: Context, address: bigint): bigint {
  const sum = context === "sum" ? status.sum : 0;
  h.setX(5, BigInt(status.mprv | sum | (contexts[context] << 11)));
  h.setX(7, address);
  run(program, 2);
  return h.x(6);
}

function fence(how: Fence, space: number, address: bigint): void {
  h.setX(7, address);
  h.setX(8, BigInt(asids[space] as number));
  run(how, 1);
}

const fills = () => h.hart.exitCount("mmu.fill");

beforeEach(() => {
  h = new BareHart();
  const setStatus = asm("csrrw", { rs1: 5, csr: 0x300 });
  h.load([setStatus, asm("ld", { rd: 6, rs1: 7 })], programs.load);
  h.load([setStatus, asm("sd", { rs1: 7, rs2: 6 })], programs.store);
  h.load([asm("csrrw", { rs1: 5, csr: 0x180 })], programs.satp);
  h.load([asm("sfence.vma")], programs.all);
  h.load([asm("sfence.vma", { rs2: 8 })], programs.space);
  h.load([asm("sfence.vma", { rs1: 7 })], programs.page);
  h.load([asm("sfence.vma", { rs1: 7, rs2: 8 })], programs["page of space"]);
  mapped = asids.map(() => []);
  for (let data = 0; data < dataPages; data++) {
    setWord(dataPage(data), data);
    // A page of zeros would get a frame later, which drops everything.
    setWord(dataPage(data) + 16, 1);
  }
  asids.forEach((_, space) => {
    const [root, middle] = [tablesOf(space), tablesOf(space) + 0x1000];
    setWord(root + 8 * window.own, entryOf(middle, flags.v));
    setWord(middle, entryOf(middle + 0x1000, flags.v));
    setWord(root + 8 * window.global, entryOf(globalTables + 0x1000, flags.v));
    for (let page = 0; page < pagesOfKind; page++) {
      map(space, "user", page, space);
      map(space, "local", page, (space + 1) % dataPages);
    }
  });
  setWord(globalTables + 0x1000, entryOf(globalTables + 0x2000, flags.v));
  for (let page = 0; page < pagesOfKind; page++) map(0, "global", page, 7);
  goTo(0);
});

describe("switching the address space", () => {
  test("drops nothing where each has tables of its own", () => {
    const visit = (space: number) => {
      goTo(space);
      access("load", "user", addressOf("user", 0));
      access("store", "sum", addressOf("user", 0));
      access("load", "supervisor", addressOf("global", 1));
    };
    for (const space of [0, 1, 2]) visit(space);
    const before = fills();
    for (const space of [0, 1, 2, 1, 0, 2]) visit(space);
    expect(fills()).toBe(before);
  });

  test("drops what is not global of the supervisor's", () => {
    access("load", "supervisor", addressOf("local", 0));
    goTo(1);
    const before = fills();
    expect(access("load", "supervisor", addressOf("local", 0))).toBe(2n);
    // Machine mode's code goes with it.
    expect(fills()).toBe(before + 2);
  });

  test("to physical addresses and back uses none of the other's translations", () => {
    const address = addressOf("global", 0);
    expect(access("load", "supervisor", address)).toBe(7n);
    h.hart.setWide("mtvec", BigInt(ramBase + 0x800));
    h.setX(5, 0n);
    run("satp", 1);
    access("load", "supervisor", address);
    // Nothing lies at that physical address.
    expect(h.hart.wide("mcause")).toBe(5n);
    expect(access("load", "supervisor", BigInt(dataPage(3)))).toBe(3n);
    goTo(0);
    expect(access("load", "supervisor", address)).toBe(7n);
  });

  test("with the same ASID to other page tables finds these", () => {
    expect(access("load", "user", addressOf("user", 0))).toBe(0n);
    h.setX(5, (8n << 60n) | BigInt(tablesOf(1) / 4096));
    run("satp", 1);
    expect(access("load", "user", addressOf("user", 0))).toBe(1n);
  });
});

describe("a fence", () => {
  test("of one address space leaves others and global pages", () => {
    const all = () => {
      for (const space of [1, 0]) {
        goTo(space);
        access("load", "user", addressOf("user", 0));
      }
      access("load", "supervisor", addressOf("global", 1));
    };
    all();
    const before = fills();
    fence("space", 1, 0n);
    all();
    expect(fills()).toBe(before + 1);
  });

  test("of the present address space is for the supervisor's own pages, too", () => {
    expect(access("load", "supervisor", addressOf("local", 0))).toBe(1n);
    map(0, "local", 0, 5);
    expect(access("load", "supervisor", addressOf("local", 0))).toBe(1n);
    fence("space", 0, 0n);
    expect(access("load", "supervisor", addressOf("local", 0))).toBe(5n);
  });

  test("of one page leaves other pages, also those that take the same place", () => {
    const inSamePlace = pageOfSamePlace(addressOf("user", 0));
    access("load", "supervisor", addressOf("global", 0));
    access("load", "user", addressOf("user", 0));
    access("load", "user", addressOf("user", 1));
    const before = fills();
    fence("page", 0, inSamePlace);
    access("load", "user", addressOf("user", 0));
    expect(fills()).toBe(before);
    fence("page", 0, addressOf("user", 0));
    access("load", "user", addressOf("user", 1));
    access("load", "supervisor", addressOf("global", 0));
    expect(fills()).toBe(before);
    access("load", "user", addressOf("user", 0));
    expect(fills()).toBe(before + 1);
  });
});

const spaceArbitrary = fc.nat(asids.length - 1);
const visit = {
  isStore: fc.boolean(),
  context: fc.constantFrom<Context>("user", "supervisor", "sum"),
  kind: fc.constantFrom<Kind>(...kinds),
  page: fc.nat(pagesOfKind - 1),
};
const action = fc.oneof(
  fc.record({ what: fc.constant("go" as const), space: spaceArbitrary }),
  fc.record({ what: fc.constant("visit" as const), ...visit }),
  fc.record({
    ...visit,
    what: fc.constant("change" as const),
    space: spaceArbitrary,
    data: fc.nat(dataPages - 1),
    fence: fc.constantFrom<Fence>(...fences),
    away: fc.option(spaceArbitrary, { freq: 1 }),
  }),
);

/** Accesses a page of the present space, and expects the one that its tables say. */
function expectVisit(now: { isStore: boolean; context: Context; kind: Kind; page: number }): void {
  const { isStore, context, kind, page } = now;
  if (context !== "sum" && (context === "user") !== (kind === "user")) return;
  const data = (mapped[present] as number[])[indexOf(kind, page)] as number;
  const address = addressOf(kind, page);
  if (!isStore) {
    expect(access("load", context, address)).toBe(BigInt(data));
    return;
  }
  const [at, stored] = [dataPage(data) + 8, new Uint8Array(1)];
  setWord(at, 99);
  h.setX(6, BigInt(data));
  access("store", context, address + 8n);
  h.ram.read(at, stored);
  expect(stored[0]).toBe(data);
}

test("after its fence a changed entry is what all later accesses see, whatever came between", () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 5, maxLength: 40 }), (actions) => {
      for (const now of actions) {
        if (now.what === "visit") expectVisit(now);
        else if (now.what === "go") goTo(now.space);
        else {
          const { space, kind, page, data, away } = now;
          goTo(space);
          expectVisit(now);
          if (away !== null) goTo(away);
          map(space, kind, page, data);
          // A fence of one address space is for pages that are its own.
          const how = kind !== "global" ? now.fence : now.fence === "space" ? "all" : "page";
          fence(how, space, addressOf(kind, page));
          goTo(space);
          expectVisit(now);
        }
      }
    }),
    { numRuns: 150 },
  );
});
