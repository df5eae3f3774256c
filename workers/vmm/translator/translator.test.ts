import { describe, expect, test } from "vitest";
import { asm, assemble, encode, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { failingCompiler } from "../../../tests/support/failing-compiler.ts";
import { pageOfSamePlace } from "../../../tests/support/page-of-same-place.ts";
import { compiler } from "../../host/compiler.ts";
import { triggerControl, triggerType } from "../hart/trigger-csrs.ts";

const ramBytes = 2 ** 20;
const [counter, sum, rounds] = [5, 10, 6] as const;

/** To the next instruction, but nobody sees that before it is done: code ends there for a region. */
const computedJump = [asm("auipc", { rd: 7 }), asm("jalr", { rs1: 7, imm: 8 })];
/** No region is made of two. */
const apart = { ...eagerHeat, joinArrivals: 0x7fff_ffff };

/** Loops of their own, one behind the other, all of them gone through again and again. */
function loops(count: number): Line[] {
  const body = Array.from({ length: count }, (_, i): Line[] => [
    asm("addi", { rd: counter, imm: 30 }),
    `loop ${i}`,
    asm("addi", { rd: sum, rs1: sum, imm: i + 1 }),
    asm("xor", { rd: sum + 1, rs1: sum + 1, rs2: sum }),
    asm("addi", { rd: counter, rs1: counter, imm: -1 }),
    asm("bne", { rs1: counter, to: `loop ${i}` }),
    ...computedJump,
  ]);
  return ["start", ...body.flat(), asm("addi", { rd: rounds, rs1: rounds, imm: 1 }), jump("start")];
}
const jump = (to: string) => asm("jal", { to });

const toAndFro: readonly Line[] = [
  "again",
  asm("addi", { rd: counter, imm: 20 }),
  "inner",
  asm("addi", { rd: sum, rs1: sum, imm: 1 }),
  asm("addi", { rd: counter, rs1: counter, imm: -1 }),
  asm("bne", { rs1: counter, to: "inner" }),
  ...computedJump,
  asm("addi", { rd: sum, rs1: sum, imm: 2 }),
  jump("again"),
];

function stateAfter(h: BareHart, lines: readonly Line[], steps: number, slice = steps) {
  h.load(lines);
  h.pc = BigInt(ramBase);
  for (let done = 0; done < steps; done += slice) h.run(Math.min(slice, steps - done));
  return h.hart.architecturalState();
}

const interpreted = (lines: readonly Line[], steps: number) =>
  stateAfter(new BareHart(ramBytes), lines, steps);

describe("hot code", () => {
  test("becomes regions, which compute what the interpreter does", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    expect(stateAfter(h, loops(5), 20_000)).toEqual(interpreted(loops(5), 20_000));
    expect(h.translator?.statistics).toMatchObject({ failed: 0, evicted: 0 });
    expect(h.translator?.statistics.regions).toBeGreaterThan(0);
    expect(h.translator?.statistics.entries).toBeGreaterThan(0);
    expect(h.translator?.statistics.bytes).toBeGreaterThan(100);
  });

  test("is joined where execution goes to and fro between two regions", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    expect(stateAfter(h, toAndFro, 5000, 500)).toEqual(interpreted(toAndFro, 5000));
    expect(h.translator?.statistics).toMatchObject({ regions: 3, dropped: 2 });
  });

  test("is joined later with what is larger", () => {
    const joinArrivals = 100;
    const droppedAfter = (body: readonly Line[], times: number) => {
      const lines = [...toAndFro.slice(0, -1), ...body, jump("again")];
      const h = new BareHart(ramBytes, {
        heat: { ...eagerHeat, joinArrivals, hotMarks: 9 },
      });
      const steps = (65 + body.length) * times;
      expect(stateAfter(h, lines, steps, 500)).toEqual(interpreted(lines, steps));
      return h.translator?.statistics.dropped ?? 0;
    };
    const long = Array.from({ length: 190 }, () => asm("addi", { rd: sum, rs1: sum, imm: 3 }));
    expect(droppedAfter([], 60)).toBe(droppedAfter([], 180));
    expect(droppedAfter(long, 60)).toBeLessThan(droppedAfter(long, 180));
  });

  test("is joined beyond the usual size where execution has come by far more often", () => {
    const half = Array.from({ length: 1000 }, (_, i) => asm("addi", { rd: sum, rs1: sum, imm: i }));
    const lines = ["again", ...half, ...computedJump, ...half, ...computedJump, jump("again")];
    const largestAfter = (rounds: number) => {
      const h = new BareHart(ramBytes, { heat: { ...eagerHeat, joinArrivals: 8 } });
      const steps = rounds * (lines.length - 1);
      expect(stateAfter(h, lines, steps, 10_000)).toEqual(interpreted(lines, steps));
      return h.translator?.inUse.regions;
    };
    expect(largestAfter(300)).toBeGreaterThan(1);
    expect(largestAfter(3000)).toBe(1);
  });

  test("is one region with what lies 7 MiB away", () => {
    const mebibyte = 2 ** 20;
    const far = 8 * mebibyte;
    const h = new BareHart(far + mebibyte, { heat: eagerHeat });
    const own = new BareHart(far + mebibyte);
    const states = [h, own].map((each) => {
      for (let n = 0; n < 7; n++) {
        const hop = [
          asm("addi", { rd: sum, rs1: sum, imm: n + 1 }),
          asm("jal", { imm: mebibyte - 8 }),
        ];
        each.load(hop, ramBase + n * (mebibyte - 4));
      }
      // All the way back through a register, for which it leaves the region at its far end.
      each.load([asm("jalr", { rs1: rounds })], ramBase + 7 * (mebibyte - 4));
      each.setX(rounds, BigInt(ramBase));
      each.pc = BigInt(ramBase);
      for (let n = 0; n < 4; n++) each.run(1000);
      return each.hart.architecturalState();
    });
    expect(states[0]).toEqual(states[1]);
    expect(h.translator?.inUse.regions).toBe(1);
  });

  test("is entered behind an instruction that leaves it again and again", () => {
    const poll: readonly Line[] = [
      asm("lui", { rd: 8, imm: 0x1000_0000 }),
      "again",
      asm("lw", { rd: 9, rs1: 8 }),
      asm("add", { rd: sum, rs1: sum, rs2: 9 }),
      asm("lw", { rd: 9, rs1: 8, imm: 4 }),
      asm("addi", { rd: counter, rs1: counter, imm: 1 }),
      jump("again"),
    ];
    const [plain, adaptive] = [0xffff, 3].map((adaptExits) => {
      const h = new BareHart(ramBytes, { heat: { ...apart, adaptExits } });
      let reads = 0;
      h.deviceLoad = () => reads++;
      return { h, state: stateAfter(h, poll, 4000, 1000) };
    });
    expect(adaptive?.state).toEqual(plain?.state);
    expect(plain?.h.translator?.statistics.dropped).toBe(0);
    expect(adaptive?.h.translator?.statistics.dropped).toBe(2);
    const entriesOf = (h?: BareHart) => h?.translator?.inUse.entries ?? 0;
    expect(entriesOf(adaptive?.h)).toBeGreaterThan(entriesOf(plain?.h));
  });

  test("is dropped when a byte of its page changes, and made anew from what is there then", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    stateAfter(h, loops(2), 2000);
    const live = () =>
      h.translator ? h.translator.statistics.regions - h.translator.statistics.dropped : 0;
    expect(live()).toBeGreaterThan(0);
    h.ram.write(ramBase + 4, assemble(0, [asm("addi", { rd: sum, rs1: sum, imm: 100 })]));
    expect(live()).toBe(0);
    h.setX(sum, 0n);
    h.setX(counter, 30n);
    h.pc = BigInt(ramBase + 4);
    h.run(4 * 30);
    expect(h.x(sum)).toBe(3000n);
    h.run(2000);
    expect(live()).toBeGreaterThan(0);
  });

  test("that changes itself is executed as it is then", () => {
    const replacement = encode(asm("addi", { rd: sum, rs1: sum, imm: 64 }));
    const lines: Line[] = [
      asm("auipc", { rd: 8 }),
      asm("lw", { rd: 9, rs1: 8, imm: 36 }),
      "again",
      asm("addi", { rd: sum, rs1: sum, imm: 1 }),
      asm("addi", { rd: counter, rs1: counter, imm: 1 }),
      asm("andi", { rd: 7, rs1: counter, imm: 63 }),
      asm("bne", { rs1: 7, to: "again" }),
      asm("lw", { rd: 11, rs1: 8, imm: 8 }),
      asm("sw", { rs1: 8, rs2: 9, imm: 8 }),
      asm("c.mv", { rd: 9, rs2: 11 }),
      asm("c.j", { imm: -26 }),
      replacement,
    ];
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    expect(stateAfter(h, lines, 10_000)).toEqual(interpreted(lines, 10_000));
    expect(h.translator?.statistics.dropped).toBeGreaterThan(10);
  });

  test.each([1, -1])("is left for a place as far as jumps lead (%i)", (direction) => {
    const [hop, hops] = [0xf_f000 * direction, 12];
    const [start, big] = [ramBase + (direction > 0 ? 0 : 15 * 2 ** 20), 16 * 2 ** 20];
    const harts = [new BareHart(big, { heat: eagerHeat }), new BareHart(big)];
    const states = harts.map((h) => {
      const step = asm("addi", { rd: sum, rs1: sum, imm: 1 });
      for (let i = 0; i < hops; i++) {
        h.load([step, asm("jal", { imm: hop - 4 })], start + i * hop);
      }
      h.load([step, asm("jalr", { rs1: 8 })], start + hops * hop);
      h.setX(8, BigInt(start));
      h.pc = BigInt(start);
      for (let n = 0; n < 10; n++) h.run(300);
      return h.hart.architecturalState();
    });
    expect(states[0]).toEqual(states[1]);
    expect(harts[0]?.translator?.statistics.regions).toBeGreaterThan(0);
  });
});

describe("an instruction that stands where a region can be entered", () => {
  const far = Number(pageOfSamePlace(BigInt(ramBase)));
  const csr = { tdata1: 0x7a1, tdata2: 0x7a2 };

  test("is executed as itself where no translation of its page may be cached", () => {
    const h = new BareHart(32 * 2 ** 20, { heat: eagerHeat });
    stateAfter(h, loops(2), 2000);
    expect(h.translator?.statistics.regions).toBeGreaterThan(0);
    // Another page takes the place in the table of fetches, then a trigger keeps the first out.
    h.load([asm("addi")], far);
    h.pc = BigInt(far);
    h.run(1);
    h.pc = BigInt(far + 64);
    h.write(csr.tdata2, BigInt(ramBase + 0x800));
    h.write(csr.tdata1, triggerType.match | triggerControl.machine | triggerControl.execute);
    h.setX(sum, 0n);
    h.pc = BigInt(ramBase);
    h.run(1 + 4 * 30);
    expect(h.x(sum)).toBe(30n);
  });
});

describe("where there is no room", () => {
  test("the oldest regions make some, and nothing else changes", () => {
    const mostRegions = 3;
    const h = new BareHart(ramBytes, { heat: apart, mostRegions });
    expect(stateAfter(h, loops(20), 50_000, 333)).toEqual(interpreted(loops(20), 50_000));
    const { regions, dropped, evicted } = h.translator?.statistics ?? {};
    expect(Number(evicted)).toBeGreaterThan(20);
    expect(Number(regions) - Number(dropped)).toBeLessThanOrEqual(mostRegions);
  });

  test("a limit of one region is enough", () => {
    const h = new BareHart(ramBytes, { heat: apart, mostRegions: 1 });
    expect(stateAfter(h, loops(6), 20_000)).toEqual(interpreted(loops(6), 20_000));
    const { regions = 0, dropped = 0 } = h.translator?.statistics ?? {};
    expect(regions - dropped).toBeLessThanOrEqual(1);
  });
});

describe("where the host cannot compile", () => {
  test("all is interpreted, and each place is tried once", () => {
    let calls = 0;
    const broken = failingCompiler(compiler, () => ++calls > 0);
    const h = new BareHart(ramBytes, { heat: eagerHeat, compiler: broken });
    expect(stateAfter(h, loops(10), 50_000)).toEqual(interpreted(loops(10), 50_000));
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(60);
    expect(h.translator?.statistics.regions).toBe(0);
    expect(h.translator?.statistics.failed).toBeGreaterThan(0);
  });

  test.each([2, 3, 5])("one time in %i, the rest goes on by regions", (period) => {
    const broken = failingCompiler(compiler, (call) => call % period === 0);
    const h = new BareHart(ramBytes, { heat: apart, compiler: broken });
    expect(stateAfter(h, loops(10), 50_000, 777)).toEqual(interpreted(loops(10), 50_000));
    expect(h.translator?.statistics.failed).toBeGreaterThan(0);
    expect(h.translator?.statistics.regions).toBeGreaterThan(0);
  });

  test("two regions that cannot be joined stay two", () => {
    const broken = failingCompiler(compiler, (call) => call >= 2);
    const h = new BareHart(ramBytes, { heat: eagerHeat, compiler: broken });
    expect(stateAfter(h, toAndFro, 5000, 500)).toEqual(interpreted(toAndFro, 5000));
    expect(h.translator?.statistics).toMatchObject({ regions: 2, dropped: 0 });
    expect(h.translator?.statistics.failed).toBeGreaterThan(0);
  });
});
