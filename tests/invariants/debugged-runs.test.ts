/**
 * A run that a debugger stops at breakpoints and watchpoints, steps and looks into counts and computes
 * what it does when it is left alone, with every engine: as long as nobody writes, it is a repeatable run.
 */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import {
  debugRegisters,
  guestExits,
  type Machine,
  type MachineConfig,
  type StopReason,
  type Watchpoint,
} from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { observedTranslation } from "./support/observed-translation.ts";
import { patchingGuest, slots } from "./support/patching-guest.ts";
import { ways, wildPages, wildStores } from "./support/wild-stores.ts";

const engines = ["interpret", "trap-and-emulate", "translate"] as const;
/** Set DEBUGGED_RUNS for a longer search. */
const numRuns = Number(process.env.DEBUGGED_RUNS ?? 6);
const timeout = 30_000 + 3000 * numRuns;
const observed = observedTranslation(2 ** 28, { ...eagerHeat, interval: 1 });
const before = observed.monitor.inUse;
afterAll(() => {
  expect(observed.monitor.inUse, "all is given back").toEqual(before);
});

const deed = fc.record({
  kind: fc.constantFrom(
    ...(["break-ahead", "break-ahead", "break", "watch", "clear", "steps", "look"] as const),
  ),
  which: fc.nat(2 ** 20),
  steps: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })),
});
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;
const deeds = fc.array(deed, { minLength: 5, maxLength: 30, size: "max" });

/** Runs for so many steps, past whatever it stops for. */
class Debugger {
  readonly #machine: Machine;
  readonly #breakpoints = new Set<bigint>();
  #watchpoints: readonly Watchpoint[] = [];
  stops = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  do({ kind, which, steps }: Deed): void {
    const { debug } = this.#machine;
    const pc = debug.readRegister(which % debug.harts, debugRegisters.pc) ?? 0n;
    const sp = debug.readRegister(which % debug.harts, 1 + (which % 31)) ?? 0n;
    if (kind === "break-ahead") this.#breakpoints.add(pc + BigInt(4 * (which % 8)));
    if (kind === "break") this.#breakpoints.add(pc ^ BigInt(2 * (which % 2048)));
    if (kind === "watch") {
      const how = (["load", "store", "access"] as const)[which % 3] as Watchpoint["kind"];
      const address = BigInt.asUintN(64, sp + BigInt(which % 64));
      this.#watchpoints = [...this.#watchpoints, { kind: how, address, bytes: 1 + (which % 64) }];
    }
    if (kind === "clear") {
      this.#breakpoints.clear();
      this.#watchpoints = [];
    }
    debug.setBreakpoints(this.#breakpoints);
    debug.setWatchpoints(this.#watchpoints);
    if (kind === "look") this.#look(pc, sp);
    const until = this.#machine.steps + steps;
    if (kind === "steps") {
      for (let n = 0; n < 40 && this.#machine.steps < until; n++) debug.advance([]);
    }
    this.run(until);
  }

  run(until: number): StopReason {
    const machine = this.#machine;
    for (;;) {
      const left = until - machine.steps;
      const reason = machine.run(left);
      if (reason.kind !== "debug") return reason;
      this.stops += 1;
      const all = Array.from({ length: machine.debug.harts }, (_, hart) => hart);
      const passed = machine.debug.advance(all);
      if (passed.kind !== "budget" && passed.kind !== "debug") return passed;
    }
  }

  #look(...places: readonly bigint[]): void {
    const { debug } = this.#machine;
    for (let hart = 0; hart < debug.harts; hart++) {
      for (const { number } of debug.csrs) debug.readRegister(hart, debugRegisters.csr0 + number);
      for (const place of places) {
        debug.readMemory(hart, place, 5000);
        debug.disassemble(hart, place);
      }
    }
  }
}

function outcome(machine: Machine) {
  return {
    steps: machine.steps,
    hash: machine.stateHash(nativeHash),
    exits: guestExits(machine.exitCounts()),
  };
}

/** @returns how often it stopped */
function runBoth(config: MachineConfig, list: readonly Deed[], rounds = 1): number {
  observed.harts.clear();
  const machines = [0, 1].map(() =>
    observed.monitor.createMachine(config, {
      console: recordedConsole().sink,
      disks: new Map([["disk", new MemoryBlock(sectorDisk())]]),
    }),
  );
  const [debugged, alone] = machines as [Machine, Machine];
  const gdb = new Debugger(debugged);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const one of list) {
        gdb.do(one);
        const ahead = debugged.steps - alone.steps;
        if (ahead > 0) alone.run(ahead);
      }
      expect(outcome(debugged)).toEqual(outcome(alone));
    }
    return gdb.stops;
  } finally {
    for (const machine of machines) machine.dispose();
    observed.harts.clear();
  }
}

const access = fc.record({
  way: fc.constantFrom(...ways),
  page: fc.nat(wildPages - 1),
  offset: fc.oneof(fc.nat(4095), fc.integer({ min: 4088, max: 4095 })),
});
const calls = [0, 1, 2, 3].map((page) => ({ kind: "call" as const, page, slot: page + 1 }));
const call = fc.record({
  kind: fc.constant("call" as const),
  page: fc.nat(3),
  slot: fc.nat(slots - 1),
});

describe.each(engines)(
  "a debugged run counts and computes what one left alone does (%s)",
  (engine) => {
    test(
      "where the guest loads and stores in every way there is",
      () => {
        let stops = 0;
        const accesses = fc.array(access, { minLength: 5, maxLength: 60, size: "max" });
        fc.assert(
          fc.property(accesses, deeds, (list, done) => {
            stops += runBoth(bareMetal(wildStores(list), { engine }), done);
          }),
          { numRuns },
        );
        expect(stops).toBeGreaterThan(0);
      },
      timeout,
    );

    test(
      "where two harts call code in shared pages, in two address spaces",
      () => {
        const lists = fc.array(call, { minLength: 3, maxLength: 20 });
        fc.assert(
          fc.property(lists, lists, deeds, (first, second, done) => {
            const config = bareMetal(patchingGuest([first, second], 30), { engine, harts: 2 });
            runBoth(config, done);
          }),
          { numRuns: Math.ceil(numRuns / 2) },
        );
      },
      timeout,
    );

    test("and so does its clone, made while there are no marks", () => {
      const make = () =>
        observed.monitor.createMachine(
          bareMetal(patchingGuest([[...calls], [...calls]], 30), both),
          {
            console: recordedConsole().sink,
            disks: new Map(),
          },
        );
      const both = { engine, harts: 2 };
      const [debugged, alone] = [make(), make()];
      alone.run(20_000);
      debugged.run(5000);
      const gdb = new Debugger(debugged);
      for (const which of [1, 2, 3, 5]) gdb.do({ kind: "break-ahead", which, steps: 500 });
      debugged.debug.setBreakpoints([]);
      const clone = debugged.fork({ console: recordedConsole().sink, disks: new Map() });
      gdb.do({ kind: "break-ahead", which: 4, steps: 100 });
      // Its code is still the other one's, too.
      const other = new Debugger(clone);
      for (const which of [2, 3, 6]) other.do({ kind: "break-ahead", which, steps: 300 });
      other.run(20_000);
      gdb.run(20_000);
      expect(Math.min(gdb.stops, other.stops)).toBeGreaterThan(0);
      expect(outcome(clone)).toEqual(outcome(alone));
      expect(outcome(debugged)).toEqual(outcome(alone));
      for (const machine of [debugged, alone, clone]) machine.dispose();
      observed.harts.clear();
    });

    test.each(["paging", "spinlock", "virtio-blk", "timer"])(
      "where the guest is %s",
      (name) => {
        fc.assert(
          fc.property(deeds, (done) => {
            const disk = { kind: "block", slot: 0, disk: "disk", readOnly: false } as const;
            const config = bareMetal(readFileSync(elfPath(name)), {
              ...{ engine, harts: name === "spinlock" ? 2 : 1 },
              virtio: name === "virtio-blk" ? [disk] : [],
            });
            runBoth(config, done);
          }),
          { numRuns: 2 },
        );
      },
      timeout,
    );
  },
);
