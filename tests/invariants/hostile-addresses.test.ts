import fc from "fast-check";
import { expect, test } from "vitest";
import { asm, type Line, loadConstant } from "../support/assembler.ts";
import { bareMetal } from "../support/run-guest.ts";
import { Neighbourhood } from "./support/neighbourhood.ts";
import { endIfTraps, skippingTraps } from "./support/skipping-traps.ts";

/** Invariants 4 and 7: whatever address a guest names, it meets its own memory, a device or a fault. */
const mebibyte = 2 ** 20;
const ramBase = 0x8000_0000;
const address = 8;
const value = 9;

/** Its low halfwords are no instruction, so what it is stored to cannot be executed. */
const stored = 0xdead_beef_dead_0000n;

/** Every way to use the memory at `x8`. */
const accesses: readonly Line[] = [
  ...["lb", "lhu", "lw", "ld", "flw", "fld"].map((load) => asm(load, { rd: 6, rs1: address })),
  ...["lr.w", "lr.d"].map((load) => asm(load, { rd: 6, rs1: address })),
  ...["sb", "sh", "sw", "sd", "fsd"].map((store) => asm(store, { rs1: address, rs2: value })),
  ...["amoswap.w", "amoswap.d", "amomaxu.d", "sc.d"].map((atomic) =>
    asm(atomic, { rd: 6, rs1: address, rs2: value }),
  ),
  asm("cbo.zero", { rs1: address }),
  asm("jalr", { rd: 1, rs1: address }),
];

/** Float on, all of PMP open, so that S- and U-mode get as far as the walk. */
const ready: readonly Line[] = [
  ...loadConstant(5, 0x6000),
  asm("csrrs", { rs1: 5, csr: 0x300 }),
  asm("addi", { rd: 5, imm: -1 }),
  asm("csrrw", { rs1: 5, csr: 0x3b0 }),
  asm("addi", { rd: 5, imm: 0x1f }),
  asm("csrrw", { rs1: 5, csr: 0x3a0 }),
  ...loadConstant(value, stored),
];

test("a guest that touches pages all over 4 GiB in every way comes to its end", () => {
  const street = new Neighbourhood();
  // A prime number of pages, so that rounds with other starts touch other pages.
  const stride = 251 * 4096;
  for (const [first, harts] of [
    [0xff0, 1],
    [0x2_2ff0, 1],
    [0x7000, 2],
  ] as const) {
    const sweep = skippingTraps([
      ...ready,
      ...loadConstant(address, first),
      ...loadConstant(18, stride),
      ...loadConstant(19, 2n ** 32n),
      "next",
      ...accesses,
      asm("add", { rd: address, rs1: address, rs2: 18 }),
      asm("bltu", { rs1: address, rs2: 19, to: "next" }),
      ...loadConstant(6, 0x5555),
      ...loadConstant(7, 0x10_0000),
      asm("sw", { rs1: 7, rs2: 6 }),
    ]);
    const virtio = [
      { kind: "rng" as const, slot: 0 },
      { kind: "block" as const, slot: 1, disk: "disk", readOnly: false },
    ];
    const { end } = street.host(bareMetal(sweep, { harts, virtio }), { steps: 10e6 });
    expect(end).toEqual({ kind: "power-off", code: 0 });
  }
  street.close();
});

test("every page of 4 GiB may be read and written", () => {
  const street = new Neighbourhood();
  const stride = 0x1000;
  // Not at a page's beginning, where the test finisher would end the machine.
  const sweep = skippingTraps([
    ...ready,
    ...loadConstant(address, 0x10),
    ...loadConstant(18, stride),
    ...loadConstant(19, 2n ** 32n),
    "next",
    asm("ld", { rd: 6, rs1: address }),
    // Not in the program's own page.
    asm("srli", { rd: 6, rs1: address, imm: 12 }),
    ...loadConstant(7, ramBase / stride),
    asm("beq", { rs1: 6, rs2: 7, to: "skip" }),
    asm("sd", { rs1: address, rs2: value }),
    "skip",
    asm("add", { rd: address, rs1: address, rs2: 18 }),
    asm("bltu", { rs1: address, rs2: 19, to: "next" }),
    ...loadConstant(6, 0x5555),
    ...loadConstant(7, 0x10_0000),
    asm("sw", { rs1: 7, rs2: 6 }),
  ]);
  const { end, steps } = street.host(bareMetal(sweep), { steps: 60e6 });
  expect(end).toEqual({ kind: "power-off", code: 0 });
  expect(steps).toBeGreaterThan(2 ** 20 * 20);
  street.close();
}, 60_000);

/** Where the board has devices, but for PLIC contexts that no hart has. */
const windows = [
  ...[
    [0x10_0008, 0x1000],
    [0x10_1000, 0x1000],
    [0x200_0000, 0x1_0000],
  ],
  ...[
    [0xc00_0000, 0x4000],
    [0xc20_0000, 0x4000],
    [0x1000_0000, 0x200],
    [0x1000_1000, 0x8000],
  ],
] as const;

test.each(["lb", "lh", "lw", "ld", "sb", "sh", "sw", "sd", "amoor.w", "sc.d"])(
  "every address of the devices may be met by %s",
  (mnemonic) => {
    const street = new Neighbourhood();
    for (const [first, bytes] of windows) {
      const sweep = skippingTraps([
        ...ready,
        ...loadConstant(address, first),
        ...loadConstant(19, first + bytes),
        "next",
        asm(mnemonic, { rd: 6, rs1: address, rs2: value }),
        asm("addi", { rd: address, rs1: address, imm: 1 }),
        asm("bltu", { rs1: address, rs2: 19, to: "next" }),
        ...loadConstant(6, 0x5555),
        ...loadConstant(7, 0x10_0000),
        asm("sw", { rs1: 7, rs2: 6 }),
      ]);
      const virtio = [
        { kind: "rng" as const, slot: 0 },
        { kind: "block" as const, slot: 1, disk: "disk", readOnly: false },
        { kind: "net" as const, slot: 2, network: "loopback" as const },
        { kind: "console" as const, slot: 3, takesInput: true },
      ];
      const { end } = street.host(bareMetal(sweep, { virtio }), { steps: 5e6 });
      expect(end, `from 0x${first.toString(16)}`).toEqual({ kind: "power-off", code: 0 });
    }
    street.close();
  },
);

test("what is beyond the machine's addresses faults, also where its low bits are those of RAM", () => {
  const street = new Neighbourhood();
  const ramBytes = 4 * mebibyte;
  const beyond = [
    ...[32n, 33n, 40n, 44n, 52n, 53n, 55n, 56n, 63n].map((bit) => 2n ** bit),
    ...[32n, 33n, 39n, 44n, 52n, 55n, 56n, 63n].map((bit) => 2n ** bit + BigInt(ramBase) + 0x1000n),
    ...[32n, 48n, 56n, 63n].map((bit) => 2n ** bit + 0x1000_0000n),
    -0x1000n,
    -0x8000_0000n,
    BigInt(ramBase + ramBytes),
    0xffff_f000n,
  ];
  for (const place of beyond) {
    const program = skippingTraps([
      ...ready,
      ...loadConstant(address, place),
      ...accesses,
      ...endIfTraps(accesses.length),
    ]);
    const { end } = street.host(bareMetal(program, { ramBytes }), { steps: 1e5 });
    expect(end, `at 0x${place.toString(16)}`).toEqual({ kind: "power-off", code: 0 });
  }
  street.close();
});

test("page tables that point at themselves, at devices, at the ROM or at nothing lead nowhere else", () => {
  const street = new Neighbourhood();
  const tables = ramBase + 0x1_0000;
  const pages = 4;
  const frame = fc.oneof(
    { weight: 5, arbitrary: fc.nat(pages - 1).map((page) => BigInt(tables / 4096 + page)) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(
          0x8_0000,
          0x8_0020,
          0x8_03ff,
          0x8_0400,
          0x1,
          0x1_0000,
          0x1_0001,
          0xc000,
          0x2000,
        )
        .map(BigInt),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(0n, 0x100n, 0x10_0000n, 0x10_8000n, 2n ** 44n - 1n, 2n ** 43n),
    },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 44n - 1n }) },
  );
  const flags = fc.oneof(
    fc.constantFrom(0x01n, 0xcfn, 0xdfn, 0x0fn, 0x1fn, 0x03n, 0x09n, 0x07n),
    fc.bigInt({ min: 0n, max: 0x3ffn }),
  );
  const high = fc.oneof(
    { weight: 9, arbitrary: fc.constant(0n) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 0x3ffn }) },
  );
  const entry = fc
    .tuple(frame, flags, high)
    .map(([page, bits, top]) => (top << 54n) | (page << 10n) | bits);
  const satp = fc
    .tuple(fc.constantFrom(8n, 8n, 9n, 10n, 0n, 15n), fc.nat(0xffff), frame)
    .map(([mode, asid, page]) => (mode << 60n) | (BigInt(asid) << 44n) | page);
  const place = fc.oneof(
    fc.nat(2 ** 32 - 1).map(BigInt),
    fc.bigInt({ min: -(2n ** 39n), max: 2n ** 39n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.nat(7).map((index) => BigInt(index) << 30n),
  );
  fc.assert(
    fc.property(
      satp,
      fc.array(entry, { minLength: 8, maxLength: 24 }),
      fc.array(place, { minLength: 4, maxLength: 4 }),
      (root, entries, places) => {
        const tries = places.flatMap((at) => [
          ...loadConstant(address, at),
          ...accesses.slice(0, -1).flatMap((access) => [
            // Data of M-mode goes through S-mode's tables: MPRV with MPP = S.
            asm("csrrc", { rs1: 20, csr: 0x300 }),
            asm("csrrs", { rs1: 21, csr: 0x300 }),
            access,
          ]),
          asm("csrrc", { rs1: 20, csr: 0x300 }),
          asm("csrrs", { rs1: 21, csr: 0x300 }),
          asm("csrrw", { rs1: address, csr: 0x341 }),
          asm("auipc", { rd: 1 }),
          asm("addi", { rd: 1, rs1: 1, imm: 12 }),
          asm("mret"),
        ]);
        const program = skippingTraps([
          ...ready,
          ...loadConstant(5, root),
          asm("csrrw", { rs1: 5, csr: 0x180 }),
          ...loadConstant(20, 0x1800),
          ...loadConstant(21, 0x6_0800),
          ...tries,
          ...loadConstant(6, 0x5555),
          ...loadConstant(7, 0x10_0000),
          asm("sw", { rs1: 7, rs2: 6 }),
        ]);
        const image = new Uint8Array(tables - ramBase + pages * 4096);
        image.set(program);
        const view = new DataView(image.buffer, tables - ramBase);
        // At the beginning and at the end of each table, where both halves of addresses begin.
        for (const [i, bits] of entries.entries()) {
          const inPage = i % 2 ? 4096 - 8 * ((i >> 3) + 1) : 8 * (i >> 3);
          view.setBigUint64(((i >> 1) % pages) * 4096 + inPage, bits, true);
        }
        street.host(bareMetal(image), { steps: 20_000 });
      },
    ),
    { numRuns: Number(process.env.HOSTILE_RUNS ?? 150) },
  );
  street.close();
});
