import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";

/**
 * Physical memory protection against a transcription of the manual's rules (privileged manual,
 * 3.7.1) byte by byte: each byte of memory has the lowest-numbered entry that holds it.
 */
const entries = 16;
const bit = { r: 1, w: 2, x: 4, locked: 0x80 };
const mode = { off: 0, topOfRange: 1, four: 2, naturalPowerOfTwo: 3 };
const cause = { fetch: 1n, load: 5n, store: 7n };
const none = 24n;
const csr = { mstatus: 0x300, mepc: 0x341, pmpcfg0: 0x3a0, pmpcfg2: 0x3a2, pmpaddr0: 0x3b0 };
const data = ramBase + 0x2_0000;
const dataBytes = 0x2000;
/** `c.addi a0, 1` at every even address, and what is stored somewhere changes nothing. */
const twoInstructions = 0x0505_0505;
const filler = 0x0505_0505_0505_0505n;
const codeAddress = ramBase;

type Kind = keyof typeof cause;
interface Entry {
  readonly configuration: number;
  readonly address: bigint;
}
interface Access {
  readonly kind: Kind;
  readonly privilege: number;
  readonly offset: number;
  readonly width: 1 | 2 | 4 | 8;
}

const h = new BareHart();
const setStatus = asm("csrrw", { rs1: 5, csr: csr.mstatus });
const loads = { 1: "lbu", 2: "lhu", 4: "lwu", 8: "ld" } as const;
const stores = { 1: "sb", 2: "sh", 4: "sw", 8: "sd" } as const;
const programs = new Map<string, number>();
for (const [i, width] of ([1, 2, 4, 8] as const).entries()) {
  const at = codeAddress + 0x40 * i;
  programs.set(`load${width}`, at);
  h.load([setStatus, asm(loads[width], { rd: 6, rs1: 7 })], at);
  programs.set(`store${width}`, at + 0x20);
  h.load([setStatus, asm(stores[width], { rs1: 7, rs2: 8 })], at + 0x20);
}
const jump = codeAddress + 0x200;
h.load([setStatus, asm("csrrw", { rs1: 7, csr: csr.mepc }), asm("mret")], jump);
const handler = codeAddress + 0x300;

beforeEach(() => {
  setEntries([]);
  h.hart.setWide("satp", 0n);
  h.hart.setWide("mtvec", BigInt(handler));
});

/** As if written by software, before anything was locked. */
function setEntries(list: readonly Entry[]): void {
  const configurations = [0n, 0n];
  for (let i = 0; i < entries; i++) {
    const { configuration, address } = list[i] ?? { configuration: 0, address: 0n };
    const half = i >> 3;
    configurations[half] =
      (configurations[half] as bigint) | (BigInt(configuration) << BigInt(8 * (i & 7)));
    h.hart.setWide(`pmpaddr${i}` as "pmpaddr0", address);
  }
  h.hart.setWide("pmpcfg0", configurations[0] as bigint);
  h.hart.setWide("pmpcfg2", configurations[1] as bigint);
  h.engine.flush(h.hart.address);
}

/** First and last byte of an entry, or nothing. */
function rangeOf(list: readonly Entry[], i: number): [bigint, bigint] | undefined {
  const { configuration, address } = list[i] as Entry;
  switch ((configuration >> 3) & 3) {
    case mode.topOfRange: {
      const from = list[i - 1]?.address ?? 0n;
      return from < address ? [from * 4n, address * 4n - 1n] : undefined;
    }
    case mode.four:
      return [address * 4n, address * 4n + 3n];
    case mode.naturalPowerOfTwo: {
      let ones = 0n;
      while ((address >> ones) & 1n) ones++;
      const size = 8n << ones;
      const from = (address * 4n) & ~(size - 1n);
      return [from, from + size - 1n];
    }
    default:
      return undefined;
  }
}

function entryOf(list: readonly Entry[], byte: bigint): number {
  return list.findIndex((_, i) => {
    const range = rangeOf(list, i);
    return range !== undefined && byte >= range[0] && byte <= range[1];
  });
}

/** One access that is not taken apart: inside of a page, and two bytes wide for a fetch. */
function isAllowed(list: readonly Entry[], first: number, width: number, access: Access): boolean {
  const owners = Array.from({ length: width }, (_, i) => entryOf(list, BigInt(first + i)));
  const inMachine = access.privilege === 3;
  const lowest = Math.min(...owners.map((owner) => (owner < 0 ? entries : owner)));
  if (lowest === entries) return inMachine;
  if (owners.some((owner) => owner !== lowest)) return false;
  const { configuration } = list[lowest] as Entry;
  if (inMachine && (configuration & bit.locked) === 0) return true;
  return (configuration & { fetch: bit.x, load: bit.r, store: bit.w }[access.kind]) !== 0;
}

/** Where the access is allowed, undefined; else the address of the part that is not. */
function expectedFault(list: readonly Entry[], access: Access): number | undefined {
  const first = data + access.offset;
  const parts = partsOf(first, access);
  return parts.find(([from, width]) => !isAllowed(list, from, width, access))?.[0];
}

function partsOf(first: number, { kind, width }: Access): [number, number][] {
  if (kind === "fetch") return [[first, 2]];
  const inPage = 4096 - (first % 4096);
  if (inPage >= width) return [[first, width]];
  // Loads across pages go byte by byte, stores page by page.
  if (kind === "load") return Array.from({ length: width }, (_, i) => [first + i, 1]);
  return [
    [first, inPage],
    [first + inPage, width - inPage],
  ];
}

function perform({ kind, privilege, offset, width }: Access): void {
  const status = (BigInt(privilege) << 11n) | (kind === "fetch" ? 0n : 1n << 17n);
  h.setX(5, status);
  h.setX(6, -1n);
  h.setX(7, BigInt(data + offset));
  h.setX(8, filler);
  h.hart.setWide("mcause", none);
  h.hart.setWide("mtval", 0n);
  h.setPrivilege(3);
  h.pc = BigInt(kind === "fetch" ? jump : (programs.get(`${kind}${width}`) as number));
  h.run(kind === "fetch" ? 4 : 2);
}

/** Bounds near the data, most of them odd in some way, so that ranges cut pages. */
const near = fc.oneof(
  fc.nat(dataBytes / 4).map((word) => BigInt(data / 4 + word)),
  fc.constantFrom(0, 0x1000, dataBytes).map((offset) => BigInt((data + offset) / 4)),
  fc.constantFrom(0n, BigInt(ramBase) / 4n, (1n << 54n) - 1n),
);
const blocks = fc
  .tuple(fc.nat(dataBytes / 8), fc.integer({ min: 0, max: 12 }))
  .map(([block, ones]) => {
    const low = (1n << BigInt(ones)) - 1n;
    return (BigInt(data / 4 + block * 2) & ~(low * 2n + 1n)) | low;
  });
const permissions = fc.constantFrom(0, 1, 3, 4, 5, 7, 7);
const entry: fc.Arbitrary<Entry> = fc
  .tuple(fc.nat(3), permissions, fc.boolean(), near, blocks)
  .map(([kind, permitted, isLocked, bound, block]) => ({
    configuration: permitted | (kind << 3) | (isLocked ? bit.locked : 0),
    address: kind === mode.naturalPowerOfTwo ? block : bound,
  }));
/** M-mode code must go on, whatever is locked: the first entry is over it. */
const code: Entry = {
  configuration: (mode.naturalPowerOfTwo << 3) | 7,
  address: BigInt(codeAddress / 4) | 0x1ffn,
};
const lists = fc
  .array(entry, { minLength: 0, maxLength: entries - 1 })
  .map((rest) => [code, ...rest]);
const accesses = fc.array(
  fc.record({
    kind: fc.constantFrom<Kind>("fetch", "load", "store"),
    privilege: fc.constantFrom(0, 1, 3),
    offset: fc.oneof(fc.nat(dataBytes - 8), fc.constantFrom(4090, 4093, 4095, 4096)),
    width: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
  }),
  { minLength: 1, maxLength: 12 },
);

describe("an access", () => {
  test("succeeds or faults as the manual says, whatever was accessed before", () => {
    for (let offset = 0; offset < dataBytes; offset += 8)
      h.load([twoInstructions, twoInstructions], data + offset);
    fc.assert(
      fc.property(lists, accesses, (list, sequence) => {
        setEntries(list);
        for (const access of sequence) {
          const even = access.kind === "fetch" ? { ...access, offset: access.offset & ~1 } : access;
          const fault = expectedFault(list, even);
          perform(even);
          if (fault === undefined) {
            expect(h.hart.wide("mcause")).toBe(none);
            if (even.kind === "fetch") expect(h.pc).toBe(BigInt(data + even.offset + 2));
          } else {
            expect(h.hart.wide("mcause")).toBe(cause[even.kind]);
            expect(h.hart.wide("mtval")).toBe(BigInt(fault));
          }
        }
      }),
      { numRuns: Number(process.env.PMP_RUNS ?? 600) },
    );
  });

  test("of an instruction needs permission for both of its halves", () => {
    h.load([asm("addi", { rd: 9, imm: 1 })], data + 6);
    const range = (from: number, to: number): Entry[] => [
      { configuration: 0, address: BigInt(from / 4) },
      { configuration: (mode.topOfRange << 3) | bit.x, address: BigInt(to / 4) },
    ];
    const faultOf = (from: number, to: number) => {
      setEntries([code, ...range(from, to)]);
      perform({ kind: "fetch", privilege: 1, offset: 6, width: 2 });
      return h.hart.wide("mcause") === none ? undefined : h.hart.wide("mtval");
    };
    expect(faultOf(data + 4, data + 12)).toBeUndefined();
    expect(faultOf(data + 4, data + 8)).toBe(BigInt(data + 8));
    expect(faultOf(data + 8, data + 12)).toBe(BigInt(data + 6));
  });

  test("follows a change of the registers at once", () => {
    const whole = { configuration: (mode.naturalPowerOfTwo << 3) | 7, address: (1n << 54n) - 1n };
    setEntries([code, whole]);
    const load: Access = { kind: "load", privilege: 0, offset: 8, width: 8 };
    const causes = [0x1f1fn, 0x181fn, 0x191fn, 0x1fn].map((value) => {
      h.setPrivilege(3);
      h.pc = BigInt(codeAddress + 0x400);
      h.write(csr.pmpcfg0, value);
      perform(load);
      return h.hart.wide("mcause");
    });
    expect(causes).toEqual([none, cause.load, none, cause.load]);
  });

  test("fails below M-mode where no entry is on", () => {
    for (const privilege of [0, 1, 3]) {
      for (const kind of ["load", "store"] as const) {
        perform({ kind, privilege, offset: 0, width: 8 });
        expect(h.hart.wide("mcause")).toBe(privilege === 3 ? none : cause[kind]);
      }
    }
  });
});

describe("a page-table walk", () => {
  const table = ramBase + 0x3_0000;
  const leaf = 0xcfn;
  /** The root maps 1 GiB to itself. */
  function translated(tablePermission: number, accessed: boolean, access: Access): bigint {
    const base = (BigInt(ramBase) >> 12n) << 10n;
    const words = BigUint64Array.of(base | (accessed ? leaf : leaf & ~0xc0n));
    h.ram.write(table + 16, new Uint8Array(words.buffer));
    h.hart.setWide("satp", (8n << 60n) | BigInt(table / 4096));
    setEntries([
      code,
      {
        configuration: (mode.naturalPowerOfTwo << 3) | tablePermission,
        address: BigInt(table / 4) | 0x1ffn,
      },
      { configuration: (mode.naturalPowerOfTwo << 3) | 7, address: (1n << 54n) - 1n },
    ]);
    perform(access);
    return h.hart.wide("mcause");
  }

  test.each(["load", "store", "fetch"] as const)(
    "needs to read the table as S-mode does, or the %s has an access fault",
    (kind) => {
      const access: Access = { kind, privilege: 1, offset: 0, width: 8 };
      expect(translated(bit.r, true, access)).toBe(none);
      expect(translated(bit.x, true, access)).toBe(cause[kind]);
    },
  );

  test.each(["load", "store", "fetch"] as const)(
    "needs to write the table where a %s sets accessed or dirty bits",
    (kind) => {
      const access: Access = { kind, privilege: 1, offset: 0, width: 8 };
      expect(translated(bit.r | bit.w, false, access)).toBe(none);
      expect(translated(bit.r, false, access)).toBe(cause[kind]);
    },
  );
});

describe("the registers", () => {
  const write = (number: number, value: bigint) => h.write(number, value);
  beforeEach(() => {
    h.setPrivilege(3);
    h.pc = BigInt(codeAddress + 0x400);
  });

  test("keep the bits that exist, and no writable entry that is not readable", () => {
    for (const number of [csr.pmpcfg0, csr.pmpcfg2]) {
      expect(write(number, 0x7f6a_0201_1b0f_0406n)).toBe(0x1f08_0001_1b0f_0404n);
    }
    for (let i = 0; i < entries; i++) {
      expect(write(csr.pmpaddr0 + i, -1n)).toBe((1n << 54n) - 1n);
    }
  });

  test("there are 16 entries, and no odd configuration register", () => {
    for (const number of [0x3a1, 0x3a3, 0x3a4, 0x3ae, csr.pmpaddr0 + 16, csr.pmpaddr0 + 63]) {
      expect(h.read(number)).toBeUndefined();
    }
  });

  test("of a locked entry keep their value, and so does the bound below a locked range", () => {
    const off = BigInt(bit.locked);
    const range = BigInt(bit.locked | (mode.topOfRange << 3) | 7);
    // Entry 1 is locked and off, entry 4 a locked range, entry 9 a locked range.
    write(csr.pmpcfg0, (off << 8n) | (range << 32n));
    write(csr.pmpcfg2, range << 8n);
    const isWritable = Array.from({ length: entries }, (_, i) => {
      const before = h.read(csr.pmpaddr0 + i);
      return write(csr.pmpaddr0 + i, 0x1234n) !== before;
    });
    const locked = isWritable.flatMap((writable, i) => (writable ? [] : [i]));
    expect(locked).toEqual([1, 3, 4, 8, 9]);
    expect(write(csr.pmpcfg0, 0x0101_0101_0101_0101n)).toBe(
      0x0101_0100_0101_0001n | (off << 8n) | (range << 32n),
    );
    expect(write(csr.pmpcfg2, 0n)).toBe(range << 8n);
  });
});
