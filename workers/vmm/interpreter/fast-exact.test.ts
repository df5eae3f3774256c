import fc from "fast-check";
import { expect, test } from "vitest";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { randomInstructions } from "../../../tests/support/random-instructions.ts";
import { exitCategories } from "../base/exits.ts";
import { mstatus } from "../hart/privilege.ts";
import { exitCountersOffset, floatRegistersOffset, hartFields } from "../isa/hart-layout.ts";

/**
 * One meaning per instruction: what the fast loop does is what exact steps do, for any bits, any
 * registers, and code that writes over itself.
 */
const ramBytes = 0x8000;
const steps = 80;
const fast = new BareHart(ramBytes);
const exact = new BareHart(ramBytes);

interface Start {
  readonly code: readonly number[];
  readonly integers: readonly bigint[];
  readonly floats: readonly bigint[];
  readonly rounding: number;
  readonly flags: number;
  readonly floatState: number;
  readonly privileged: Privileged;
}

/** What decides whether CSR accesses and changes of privilege are inlined, and what they find. */
interface Privileged {
  readonly privilege: number;
  readonly inlinesPrivileged: number;
  readonly mip: bigint;
  readonly mie: bigint;
  readonly mideleg: bigint;
  readonly medeleg: bigint;
  readonly mcounteren: bigint;
  readonly scounteren: bigint;
  readonly mcountinhibit: bigint;
  readonly countersFiltered: number;
}

const inMachineMode: Privileged = {
  ...{ privilege: 3, inlinesPrivileged: 0, mip: 0n, mie: 0n, mideleg: 0n, medeleg: 0n },
  ...{ mcounteren: 0n, scounteren: 0n, mcountinhibit: 0n, countersFiltered: 0 },
};
const privileged: fc.Arbitrary<Privileged> = fc.record({
  privilege: fc.constantFrom(0, 1, 1, 3),
  inlinesPrivileged: fc.constantFrom(0, 1, 1, 1),
  mip: fc.constantFrom(0n, 0n, 2n, 0x20n),
  mie: fc.constantFrom(0n, 2n, 0x222n),
  mideleg: fc.constantFrom(0n, 0x222n),
  medeleg: fc.constantFrom(0n, 0x100n, 0xb1ffn),
  mcounteren: fc.constantFrom(0n, 7n, 2n),
  scounteren: fc.constantFrom(0n, 7n, 2n),
  mcountinhibit: fc.constantFrom(0n, 0n, 1n, 5n),
  countersFiltered: fc.constantFrom(0, 0, 0, 1),
});

const pointers = [ramBase, ramBase + 0x80, ramBase + 0x1ff8, ramBase + 0x4004];
const integerEdges = [0n, 1n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 63n, 2n ** 63n - 1n];
const integer = fc.oneof(
  fc.constantFrom(...pointers.map(BigInt)),
  fc.constantFrom(...integerEdges),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const boxed = 0xffff_ffffn << 32n;
const float = fc.oneof(
  fc.double().map((value) => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint),
  fc
    .float()
    .map((value) => boxed | BigInt(new Uint32Array(Float32Array.of(value).buffer)[0] as number)),
  fc.nat(0xffff).map((half) => boxed | 0xffff_0000n | BigInt(half)),
  fc
    .integer({ min: -40, max: 40 })
    .map((n) => new BigUint64Array(Float64Array.of(n).buffer)[0] as bigint),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

const start: fc.Arbitrary<Start> = fc.record({
  code: randomInstructions(64),
  integers: fc.array(integer, { minLength: 31, maxLength: 31 }),
  floats: fc.array(float, { minLength: 32, maxLength: 32 }),
  rounding: fc.constantFrom(0, 0, 0, 1, 4, 5),
  flags: fc.constantFrom(1, 1, 0),
  floatState: fc.constantFrom(3, 3, 3, 1, 0),
  privileged: fc.constant(inMachineMode),
});

/** Accesses of the CSRs that are inlined, of some that are not, and changes of privilege. */
const csrNumbers = [
  ...[0x001, 0x002, 0x003, 0x100, 0x100, 0x100, 0x105, 0x140, 0x141, 0x142, 0x143, 0x144],
  ...[0x180, 0xc00, 0xc01, 0xc02],
];
const csrWord = fc
  .tuple(
    fc.constantFrom(...csrNumbers),
    fc.constantFrom(1, 2, 3, 5, 6, 7),
    fc.nat(31),
    fc.constantFrom(0, 0, 1, 2, 5, 12, 31),
  )
  .map(([csr, funct3, rd, rs1]) => {
    return ((csr << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | 0x73) >>> 0;
  });
const ecall = 0x73;
const sret = 0x1020_0073;
const systemWord = fc.oneof(
  { weight: 6, arbitrary: csrWord },
  { weight: 1, arbitrary: fc.constantFrom(ecall, sret) },
);
const privilegedStart: fc.Arbitrary<Start> = fc
  .tuple(start, fc.array(systemWord, { minLength: 64, maxLength: 64 }), fc.array(fc.boolean()))
  .chain(([from, words, isPlain]) =>
    privileged.map((own) => ({
      ...from,
      // Few other instructions: what they leave behind shows in CSRs and what CSRs say in them.
      code: words.map((word, i) => (isPlain[i] ? (from.code[i] ?? word) : word)),
      privileged: own,
    })),
  );

/** Arithmetic and conversions by the upper bits (OP-FP) and, for conversions, what stands in rs2. */
const floatOperations = [
  ...[0x00, 0x01, 0x02, 0x03].map((funct5) => [funct5, undefined] as const),
  [0x0b, 0] as const,
  ...[0x18, 0x1a].flatMap((funct5) => [0, 1, 2, 3].map((rs2) => [funct5, rs2] as const)),
];
const narrowed = [0x08, 1, 0] as const;
const widened = [0x08, 0, 1] as const;
const registers = { some: fc.nat(7), conversions: fc.constantFrom(narrowed, widened) };
const floatWord = fc.oneof(
  { weight: 8, arbitrary: floatArithmetic() },
  {
    weight: 1,
    arbitrary: fc
      .tuple(registers.conversions, registers.some, registers.some)
      .map(([[funct5, rs2, format], rd, rs1]) => floatBits(funct5, format, rs2, rs1, 0, rd)),
  },
  { weight: 3, arbitrary: fusedArithmetic() },
  { weight: 1, arbitrary: floatClass() },
  // The flags are clear again.
  { weight: 3, arbitrary: fc.constant(0x0010_5073) },
);

function floatArithmetic(): fc.Arbitrary<number> {
  const { some } = registers;
  return fc
    .tuple(
      fc.constantFrom(...floatOperations),
      fc.nat(1),
      some,
      some,
      some,
      fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 7, 7),
    )
    .map(([[funct5, fixed], format, rd, rs1, rs2, rm]) =>
      floatBits(funct5, format, fixed ?? rs2, rs1, rm, rd),
    );
}

/** The four instructions that multiply and add. */
function fusedArithmetic(): fc.Arbitrary<number> {
  const { some } = registers;
  return fc
    .tuple(fc.constantFrom(0x43, 0x47, 0x4b, 0x4f), fc.nat(1), fc.tuple(some, some, some, some))
    .map(([opcode, format, [rd, rs1, rs2, rs3]]) => {
      const upper = (rs3 << 27) | (format << 25) | (rs2 << 20);
      return (upper | (rs1 << 15) | (rd << 7) | opcode) >>> 0;
    });
}

function floatClass(): fc.Arbitrary<number> {
  return fc
    .tuple(fc.nat(1), registers.some, registers.some)
    .map(([format, rd, rs1]) => floatBits(0x1c, format, 0, rs1, 1, rd));
}

function floatBits(
  funct5: number,
  format: number,
  rs2: number,
  rs1: number,
  rm: number,
  rd: number,
) {
  const upper = (funct5 << 27) | (format << 25) | (rs2 << 20);
  return (upper | (rs1 << 15) | (rm << 12) | (rd << 7) | 0x53) >>> 0;
}

/** Integers and what is next to them: where results are exact, and where they just are not. */
const nearInteger = fc
  .tuple(
    fc.nat(54),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(1, 1, 1, 0.5, 0.1),
    fc.boolean(),
  )
  .map(([power, more, factor, isSingle]) => {
    const value = (2 ** power + more) * factor;
    return isSingle
      ? boxed | BigInt(new Uint32Array(Float32Array.of(value).buffer)[0] as number)
      : (new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint);
  });
const exactStart: fc.Arbitrary<Start> = fc
  .tuple(
    start,
    fc.array(floatWord, { minLength: 64, maxLength: 64 }),
    fc.array(nearInteger, { minLength: 32, maxLength: 32 }),
    fc.array(fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 52n, max: 2n ** 54n })), {
      minLength: 31,
      maxLength: 31,
    }),
  )
  .map(([from, code, floats, integers]) => ({
    ...{ ...from, code, floats, integers: integers.map(BigInt) },
    ...{ rounding: 0, flags: 0, floatState: 3 },
  }));

/** The other exits depend on what was decoded and mapped before. */
const counted = [
  "csr",
  "privileged",
  "exception",
  "interrupt.timer",
  "interrupt.software",
] as const;

/** Guest time crosses a tick in the middle of a run. */
const clockStart = 60n;

function prepare(
  h: BareHart,
  { code, integers, floats, rounding, flags, floatState, privileged: own }: Start,
): void {
  for (const [name, { type }] of Object.entries(hartFields)) {
    const isOwn = /Tlb|generation|guestMap|ramPages/i.test(name);
    if (isOwn) continue;
    if (type === "i64") h.hart.setWide(name as "pc", 0n);
    else h.hart.set(name as "frm", 0);
  }
  const image = new Uint8Array(ramBytes);
  new Uint32Array(image.buffer).set(code);
  h.ram.write(ramBase, image);
  integers.forEach((value, i) => {
    h.setX(i + 1, value);
  });
  floats.forEach((value, i) => {
    h.memory.setWide(h.hart.address + floatRegistersOffset + i * 8, value);
  });
  h.hart.set("frm", rounding);
  h.hart.set("fflags", flags);
  h.hart.setWide("mstatus", (BigInt(floatState) << 13n) & mstatus.fs);
  h.hart.setWide("reservedAddress", -1n);
  // Whatever goes wrong goes on in the middle of the program.
  h.hart.setWide("mtvec", BigInt(ramBase + 0x80));
  h.hart.setWide("stvec", BigInt(ramBase + 0x90));
  h.permitAll();
  for (const [name, value] of Object.entries(own)) {
    if (typeof value === "bigint") h.hart.setWide(name as "mip", value);
    else h.hart.set(name as "privilege", value);
  }
  for (const category of exitCategories) {
    h.memory.setWide(
      h.hart.address + exitCountersOffset + 8 * exitCategories.indexOf(category),
      0n,
    );
  }
  h.engine.flush(h.hart.address);
  h.pc = BigInt(ramBase);
}

function runFast(): void {
  fast.hart.setWide("stepsEnd", BigInt(steps));
  fast.hart.setWide("clockEnd", clockStart + BigInt(steps));
  let left = steps;
  while (left > 0) {
    fast.run(left);
    left = fast.hart.get("budget");
  }
}

function runExact(): void {
  exact.run(0);
  for (let n = 1; n <= steps; n++) {
    exact.hart.setWide("stepsEnd", BigInt(n));
    exact.hart.setWide("clockEnd", clockStart + BigInt(n));
    exact.step();
    // Without a budget only a pending interrupt is taken.
    exact.run(0);
  }
}

function outcome(h: BareHart): { state: Record<string, string>; ram: string; exits: number[] } {
  const ram = new Uint8Array(ramBytes);
  h.ram.read(ramBase, ram);
  const exits = counted.map((category) => h.hart.exitCount(category));
  return { state: h.hart.architecturalState(), ram: Buffer.from(ram).toString("latin1"), exits };
}

function expectSame(from: Start): void {
  prepare(fast, from);
  prepare(exact, from);
  runFast();
  runExact();
  const [a, b] = [outcome(fast), outcome(exact)];
  expect(a.state).toEqual(b.state);
  expect(a.ram === b.ram).toBe(true);
  expect(a.exits).toEqual(b.exits);
}
const numRuns = Number(process.env.FAST_EXACT_RUNS ?? 400);

test("the fast loop leaves the same registers, memory and exit counts as exact steps", () => {
  fc.assert(fc.property(start, expectSame), { numRuns });
});

test("so does it where CSRs are read and written and the privilege changes, in all modes", () => {
  fc.assert(fc.property(privilegedStart, expectSame), { numRuns });
});

test("so does it where the inexact flag is clear and results are exact, or nearly", () => {
  fc.assert(fc.property(exactStart, expectSame), { numRuns });
});
