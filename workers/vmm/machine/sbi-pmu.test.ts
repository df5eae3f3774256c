import { beforeEach, describe, expect, test } from "vitest";
import { BareHart } from "../../../tests/support/bare-hart.ts";
import { counterEvent } from "../hart/event-counters.ts";
import { supervisor } from "../hart/privilege.ts";
import { SbiHartPort } from "./sbi-hart-port.ts";
import { SbiPmu } from "./sbi-pmu.ts";

const error = { notSupported: -2, invalidParameter: -3, alreadyStarted: -7, alreadyStopped: -8 };
const { cycles, instructions, overflow } = counterEvent;
const flags = { skipMatch: 1n, clear: 2n, start: 4n, noUser: 32n, noKernel: 64n, noMachine: 128n };
const reset = 1n;
const setValue = 1n;
const every = 0xffffn;
const h = new BareHart();
const port = new SbiHartPort(h.hart, {
  engine: h.engine,
  isStarted: true,
  onInterrupt: () => undefined,
});
const pmu = new SbiPmu();

function call(functionId: number, ...operands: bigint[]) {
  for (let i = 0; i < 6; i++) h.setX(10 + i, operands[i] ?? 0n);
  const { error: code, value } = pmu.call(port, functionId);
  return code === 0 ? value : code;
}
const configure = (event: bigint, flagBits = 0n, mask = every, base = 0n) =>
  call(2, base, mask, flagBits, event);
const start = (mask: bigint, value?: bigint) =>
  call(3, 0n, mask, value === undefined ? 0n : setValue, value ?? 0n);
const stop = (mask: bigint, flagBits = 0n) => call(4, 0n, mask, flagBits);

beforeEach(() => {
  h.setPrivilege(supervisor);
  h.hart.setWide("mcounteren", -1n);
  call(4, 0n, every, reset);
});

describe("SBI PMU", () => {
  test("has sixteen counters of 64 bits, hpmcounter3 to hpmcounter18", () => {
    expect(call(0)).toBe(16);
    for (let i = 0; i < 16; i++) expect(call(1, BigInt(i))).toBe((0xc03 + i) | (63 << 12));
    for (const index of [16n, 63n, 2n ** 40n, 2n ** 64n - 1n]) {
      expect(call(1, index)).toBe(error.invalidParameter);
    }
  });

  test("hands out free counters of the mask, one after the other, until there is none", () => {
    expect(configure(cycles)).toBe(0);
    expect(configure(instructions)).toBe(1);
    expect(configure(cycles, 0n, 0b1011n)).toBe(3);
    expect(configure(cycles, 0n, 0b11n, 4n)).toBe(4);
    for (let n = 0; n < 12; n++) configure(cycles);
    expect(configure(cycles)).toBe(error.notSupported);
    stop(0b100n, reset);
    expect(configure(instructions)).toBe(2);
  });

  test.each([
    ["hardware cycles", 1n, 0n, cycles],
    ["hardware instructions", 2n, 0n, instructions],
    ["raw selector 2", 0x2_0000n, 2n, instructions],
  ])("takes %s", (_, index, data, event) => {
    expect(call(2, 0n, 1n, 0n, index, data)).toBe(0);
    expect(h.hart.wide("mhpmevent3")).toBe(event);
  });

  test.each([0n, 3n, 9n, 0x1_0019n, 0x2_0003n, 0xf_0000n, 2n ** 40n + 1n, 2n ** 64n - 1n])(
    "refuses the event %d, which nothing counts",
    (event) => {
      expect(configure(event)).toBe(error.notSupported);
    },
  );

  test("sets the modes that are not to count", () => {
    configure(cycles, flags.noUser | flags.noMachine);
    expect(h.hart.wide("mhpmevent3")).toBe(
      cycles | counterEvent.notInUser | counterEvent.notInMachine,
    );
    configure(cycles, flags.noKernel);
    expect(h.hart.wide("mhpmevent4")).toBe(cycles | counterEvent.notInSupervisor);
  });

  test("lets a counter run from its first value until it is stopped", () => {
    configure(cycles);
    expect(h.read(0xc03)).toBe(0n);
    expect(start(1n, 500n)).toBe(0);
    expect(start(1n)).toBe(error.alreadyStarted);
    expect(h.hart.get("countersRunning")).toBe(1);
    h.hart.setWide("stepsEnd", h.hart.wide("stepsEnd") + 40n);
    expect(stop(1n)).toBe(0);
    expect(stop(1n)).toBe(error.alreadyStopped);
    expect(h.hart.wide("mhpmcounter3")).toBe(540n);
    expect(h.hart.get("countersRunning")).toBe(0);
  });

  test("starts at once, and from zero, where that is asked for", () => {
    h.hart.setWide("mhpmcounter3", 99n);
    expect(configure(instructions, flags.start | flags.clear)).toBe(0);
    expect(h.hart.get("countersRunning")).toBe(1);
    expect(stop(1n)).toBe(0);
    expect(h.hart.wide("mhpmcounter3")).toBe(0n);
    expect(configure(instructions, flags.skipMatch | flags.start, 1n)).toBe(0);
    expect(h.hart.get("countersRunning")).toBe(1);
  });

  test("lets a counter that is started again report its next overflow", () => {
    configure(cycles);
    h.hart.setWide("mhpmevent3", cycles | overflow);
    start(1n, -5n);
    expect(h.hart.wide("mhpmevent3")).toBe(cycles);
    expect(h.hart.get("countersArmed")).toBe(1);
  });

  test("refuses counters that do not exist or count nothing, and flags that it does not know", () => {
    for (const [base, mask] of [
      [16n, 1n],
      [15n, 2n],
      [0n, 1n << 63n],
      [2n ** 40n, 1n],
    ] as const) {
      expect(configure(cycles, 0n, mask, base)).toBe(error.invalidParameter);
      expect(call(3, base, mask)).toBe(error.invalidParameter);
      expect(call(4, base, mask)).toBe(error.invalidParameter);
    }
    expect(start(1n)).toBe(error.invalidParameter);
    expect(call(3, 0n, 1n, 2n)).toBe(error.notSupported);
    expect(stop(1n, 2n)).toBe(error.notSupported);
    for (const missing of [5, 6, 7, 8]) expect(call(missing)).toBe(error.notSupported);
  });
});
