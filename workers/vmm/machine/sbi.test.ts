import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../tests/contracts/support/flat-memory.ts";
import { Sbi } from "./sbi.ts";
import type { SbiHart, TranslationFence } from "./sbi-ports.ts";

const extension = {
  base: 0x10,
  time: 0x5449_4d45,
  ipi: 0x73_5049,
  rfence: 0x5246_4e43,
  hsm: 0x48_534d,
  srst: 0x5352_5354,
  dbcn: 0x4442_434e,
  pmu: 0x504d_55,
};
const error = { notSupported: -2n, invalidParameter: -3n, invalidAddress: -5n, available: -6n };
const allOnes = 2n ** 64n - 1n;
const ramBase = 0x8000_0000n;

describe("Sbi", () => {
  test("is version 2.0 and knows what it has", () => {
    const { call } = makeSbi();
    expect(call(extension.base, 0)).toEqual([0n, 0x0200_0000n]);
    for (const id of [...Object.values(extension), 0, 1, 2, 8]) {
      expect(call(extension.base, 3, BigInt(id))).toEqual([0n, 1n]);
    }
    for (const id of [4n, 9n, 0x535553_50n, 2n ** 32n + 0x10n, allOnes]) {
      expect(call(extension.base, 3, id)).toEqual([0n, 0n]);
    }
  });

  test("answers what it does not know with not supported", () => {
    const { call } = makeSbi();
    expect(call(0x1234, 0)?.[0]).toBe(error.notSupported);
    expect(call(2 ** 32 + extension.base, 0)?.[0]).toBe(error.notSupported);
    for (const id of Object.values(extension)) {
      expect(call(id, 99)?.[0]).toBe(error.notSupported);
    }
  });

  test("hands over with all timers off and sets them on request", () => {
    const { sbi, call, log } = makeSbi();
    sbi.handOver();
    expect(log).toEqual(["timer 0 4294967295:4294967295", "timer 1 4294967295:4294967295"]);
    log.length = 0;
    expect(call(extension.time, 0, 0x1_0000_0002n)).toEqual([0n, 0n]);
    expect(log).toEqual(["timer 0 1:2"]);
  });

  test("sends interrupts and fences to the harts of a mask", () => {
    const { call, log } = makeSbi();
    expect(call(extension.ipi, 0, 0b11n, 0n)?.[0]).toBe(0n);
    expect(call(extension.ipi, 0, 0b1n, 1n)?.[0]).toBe(0n);
    expect(call(extension.ipi, 0, 0n, allOnes)?.[0]).toBe(0n);
    expect(log).toEqual(["software 0", "software 1", "software 1", "software 0", "software 1"]);
    log.length = 0;
    expect(call(extension.rfence, 0, 0b10n, 0n)?.[0]).toBe(0n);
    expect(call(extension.rfence, 1, 0b1n, 0n, 0x1000n, 0x1000n)?.[0]).toBe(0n);
    expect(call(extension.rfence, 2, 0b1n, 0n, 0n, allOnes, 5n)?.[0]).toBe(0n);
    expect(log).toEqual(["fence.i 1", "sfence 0 1000+1", "sfence 0 space 5"]);
  });

  test.each([
    ["no range is all", [0n, 0n], "sfence 0"],
    ["a part of a page is the page", [0x1ff8n, 8n], "sfence 0 1000+1"],
    ["what crosses pages is both", [0x1ff8n, 9n], "sfence 0 1000+2"],
    ["a page of the kernel", [0xffff_ffff_ffff_e000n, 0x1000n], "sfence 0 ffffffffffffe000+1"],
    ["64 pages are pages", [0x1000n, 0x4_0000n], "sfence 0 1000+64"],
    ["more are all", [0x1000n, 0x4_0001n], "sfence 0"],
    ["all there is", [0n, allOnes], "sfence 0"],
    ["all there is, from anywhere", [0x5000n, allOnes], "sfence 0"],
  ] as const)("a fence of a range: %s", (_, [start, size], fence) => {
    const { call, log } = makeSbi();
    expect(call(extension.rfence, 1, 1n, 0n, start, size)?.[0]).toBe(0n);
    expect(call(extension.rfence, 2, 1n, 0n, start, size, 7n)?.[0]).toBe(0n);
    expect(log).toEqual([fence, fence.replace("sfence 0", "sfence 0 space 7")]);
  });

  test("a mask with a hart that does not exist sends nothing", () => {
    const { call, log } = makeSbi();
    for (const [mask, base] of [
      [0b111n, 0n],
      [1n, 2n],
      [1n << 63n, 0n],
      [1n, 1n << 40n],
    ] as const) {
      expect(call(extension.ipi, 0, mask, base)?.[0]).toBe(error.invalidParameter);
      expect(call(extension.rfence, 1, mask, base)?.[0]).toBe(error.invalidParameter);
    }
    expect(log).toEqual([]);
  });

  test("starts, stops and tells the state of harts", () => {
    const { call, log } = makeSbi();
    expect(call(extension.hsm, 2, 0n)).toEqual([0n, 0n]);
    expect(call(extension.hsm, 2, 1n)).toEqual([0n, 1n]);
    expect(call(extension.hsm, 2, 2n)?.[0]).toBe(error.invalidParameter);
    expect(call(extension.hsm, 0, 0n, ramBase, 0n)?.[0]).toBe(error.available);
    expect(call(extension.hsm, 0, 2n, ramBase, 0n)?.[0]).toBe(error.invalidParameter);
    expect(call(extension.hsm, 0, 1n, 0x1000n, 0n)?.[0]).toBe(error.invalidAddress);
    expect(call(extension.hsm, 0, 1n, ramBase, 0x5_0000_0007n)?.[0]).toBe(0n);
    expect(call(extension.hsm, 1)).toBeUndefined();
    expect(log).toEqual(["start 1 80000000 5:7", "stop 0"]);
  });

  test("suspends as wfi does, and refuses the other kinds", () => {
    const { call, log } = makeSbi();
    expect(call(extension.hsm, 3, 0n)?.[0]).toBe(0n);
    expect(log).toEqual(["suspend 0"]);
    expect(call(extension.hsm, 3, 0x8000_0000n)?.[0]).toBe(error.notSupported);
    expect(call(extension.hsm, 3, 1n)?.[0]).toBe(error.invalidParameter);
  });

  test("shuts down and reboots", () => {
    const { call, log } = makeSbi();
    for (const [type, reason] of [
      [0n, 0n],
      [0n, 1n],
      [1n, 0n],
      [2n, 1n],
    ] as const) {
      expect(call(extension.srst, 0, type, reason)).toBeUndefined();
    }
    expect(log).toEqual(["power-off 0", "power-off 1", "reboot", "reboot"]);
    expect(call(extension.srst, 0, 3n, 0n)?.[0]).toBe(error.invalidParameter);
    expect(call(extension.srst, 0, 0n, 2n)?.[0]).toBe(error.invalidParameter);
    expect(call(extension.srst, 0, 0xf000_0000n, 0n)?.[0]).toBe(error.notSupported);
  });

  test("the debug console writes and reads guest memory", () => {
    const { call, memory, log, input } = makeSbi();
    memory.write(0x8000_0100, Uint8Array.from([104, 105]));
    expect(call(extension.dbcn, 0, 2n, ramBase + 0x100n, 0n)).toEqual([0n, 2n]);
    expect(call(extension.dbcn, 2, 0x121n)).toEqual([0n, 0n]);
    expect(log).toEqual(["out 104", "out 105", "out 33"]);
    input.push(1, 2, 3);
    expect(call(extension.dbcn, 1, 2n, ramBase, 0n)).toEqual([0n, 2n]);
    expect(call(extension.dbcn, 1, 9n, ramBase + 2n, 0n)).toEqual([0n, 1n]);
    expect(call(extension.dbcn, 1, 9n, ramBase, 0n)).toEqual([0n, 0n]);
    expect(memory.view(0x8000_0000, 4).getUint32(0)).toBe(0x0102_0300);
  });

  test("the debug console refuses memory that is not RAM and keeps its input", () => {
    const { call, log, input } = makeSbi();
    input.push(1);
    for (const [bytes, low, high] of [
      [1n, 0n, 0n],
      [2n, ramBase + 0xf_ffffn, 0n],
      [allOnes, ramBase, 0n],
      [1n, ramBase, 1n],
      [1n, allOnes, 0n],
    ] as const) {
      expect(call(extension.dbcn, 0, bytes, low, high)?.[0]).toBe(error.invalidParameter);
      expect(call(extension.dbcn, 1, bytes, low, high)?.[0]).toBe(error.invalidParameter);
    }
    expect(log).toEqual([]);
    expect(input).toEqual([1]);
  });

  test("a call moves at most 64 KiB and says so", () => {
    const { call, log } = makeSbi();
    expect(call(extension.dbcn, 0, 0x10_0000n, ramBase, 0n)).toEqual([0n, 0x1_0000n]);
    expect(log).toHaveLength(0x1_0000);
  });

  test("the calls of SBI 0.1 answer in a0 and leave a1 alone", () => {
    const { call, log, input } = makeSbi();
    expect(call(1, 0, 65n, 7n)).toEqual([0n, 7n]);
    expect(call(2, 0, 0n, 7n)).toEqual([-1n, 7n]);
    input.push(66);
    expect(call(2, 0, 0n, 7n)).toEqual([66n, 7n]);
    expect(call(0, 0, 5n, 7n)).toEqual([0n, 7n]);
    expect(call(3, 0, 0n, 7n)).toEqual([0n, 7n]);
    expect(call(8, 0)).toBeUndefined();
    expect(log).toEqual(["out 65", "timer 0 0:5", "clear 0", "power-off 0"]);
  });

  test("whatever the registers hold, a call never throws", () => {
    const register = fc.oneof(
      fc.bigInt({ min: 0n, max: allOnes }),
      fc.constantFrom(0n, 1n, ramBase, allOnes, 1n << 63n),
    );
    const id = fc.oneof(fc.constantFrom(...Object.values(extension), 0, 1, 2, 3, 8), fc.nat());
    const registers = fc.array(register, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(id, fc.nat(4), registers, (eid, fid, operands) => {
        makeSbi().call(eid, fid, ...operands);
      }),
    );
  });
});

function makeSbi() {
  const log: string[] = [];
  const input: number[] = [];
  const memory = new FlatMemory();
  const harts = [new TestHart(0, "started", log), new TestHart(1, "stopped", log)];
  const sbi = new Sbi({
    harts,
    memory,
    timer: { setCompare: (hart, low, high) => log.push(`timer ${hart} ${high}:${low}`) },
    console: { write: (byte) => log.push(`out ${byte}`), takeInput: () => input.shift() },
    stop: (request) => {
      log.push(request.kind === "power-off" ? `power-off ${request.code}` : "reboot");
    },
  });
  /** `[a0, a1]` after the call, `undefined` if the call wrote neither. */
  const call = (eid: number, fid: number, ...operands: bigint[]) => {
    const hart = harts[0] as TestHart;
    operands.forEach((operand, index) => {
      hart.registers[10 + index] = operand;
    });
    hart.registers[16] = BigInt(fid);
    hart.registers[17] = BigInt(eid);
    hart.writes = 0;
    sbi.call(hart);
    const [a0 = 0n, a1 = 0n] = hart.registers.slice(10).map((value) => BigInt.asIntN(64, value));
    return hart.writes === 0 ? undefined : ([a0, a1] as const);
  };
  return { sbi, call, log, input, memory };
}

class TestHart implements SbiHart {
  readonly id: number;
  readonly status: SbiHart["status"];
  readonly registers: bigint[] = new Array<bigint>(32).fill(0n);
  readonly #log: string[];
  writes = 0;

  constructor(id: number, status: SbiHart["status"], log: string[]) {
    this.id = id;
    this.status = status;
    this.#log = log;
  }

  x(index: number): number {
    return Number(BigInt.asUintN(32, this.registers[index] ?? 0n));
  }

  xHigh(index: number): number {
    return Number((this.registers[index] ?? 0n) >> 32n);
  }

  setX(index: number, low: number, high: number): void {
    this.registers[index] = (BigInt(high) << 32n) | BigInt(low);
    this.writes++;
  }

  readCsr(): bigint {
    return 0n;
  }

  writeCsr(number: number): void {
    this.#log.push(`csr ${number}`);
  }

  raiseSoftware(): void {
    this.#log.push(`software ${this.id}`);
  }

  clearSoftware(): void {
    this.#log.push(`clear ${this.id}`);
  }

  flushInstructions(): void {
    this.#log.push(`fence.i ${this.id}`);
  }

  flushTranslations({ space, pages }: TranslationFence): void {
    const words = [
      ...["sfence", this.id, ...(space === undefined ? [] : ["space", space])],
      ...(pages === undefined ? [] : [`${pages.first.toString(16)}+${pages.count}`]),
    ];
    this.#log.push(words.join(" "));
  }

  start(pc: number, opaqueLow: number, opaqueHigh: number): void {
    this.#log.push(`start ${this.id} ${pc.toString(16)} ${opaqueHigh}:${opaqueLow}`);
  }

  stop(): void {
    this.#log.push(`stop ${this.id}`);
  }

  suspend(): void {
    this.#log.push(`suspend ${this.id}`);
  }
}
