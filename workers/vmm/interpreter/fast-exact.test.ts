import fc from "fast-check";
import { expect, test } from "vitest";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { randomInstructions } from "../../../tests/support/random-instructions.ts";
import { mstatus } from "../hart/privilege.ts";
import { floatRegistersOffset, hartFields } from "../isa/hart-layout.ts";

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
}

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
});

function prepare(
  h: BareHart,
  { code, integers, floats, rounding, flags, floatState }: Start,
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
  h.hart.set("privilege", 3);
  h.engine.flush(h.hart.address);
  h.pc = BigInt(ramBase);
}

function runFast(): void {
  fast.hart.setWide("stepsEnd", BigInt(steps));
  fast.hart.setWide("clockEnd", BigInt(steps));
  let left = steps;
  while (left > 0) {
    fast.run(left);
    left = fast.hart.get("budget");
  }
}

function runExact(): void {
  for (let n = 1; n <= steps; n++) {
    exact.hart.setWide("stepsEnd", BigInt(n));
    exact.hart.setWide("clockEnd", BigInt(n));
    exact.step();
    // Without a budget only a pending interrupt is taken.
    exact.run(0);
  }
}

function outcome(h: BareHart): { state: Record<string, string>; ram: string } {
  const ram = new Uint8Array(ramBytes);
  h.ram.read(ramBase, ram);
  return { state: h.hart.architecturalState(), ram: Buffer.from(ram).toString("latin1") };
}

test("the fast loop leaves the same registers and memory as exact steps", () => {
  fc.assert(
    fc.property(start, (from) => {
      prepare(fast, from);
      prepare(exact, from);
      runFast();
      runExact();
      const [a, b] = [outcome(fast), outcome(exact)];
      expect(a.state).toEqual(b.state);
      expect(a.ram === b.ram).toBe(true);
    }),
    { numRuns: Number(process.env.FAST_EXACT_RUNS ?? 400) },
  );
});
