/**
 * A machine that goes on without some of its pages, which come as they are needed, does and counts
 * what it would have done with all of them.
 */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import {
  guestExits,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type RamContent,
} from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { asm, assemble, type Line, loadConstant } from "../support/assembler.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { engines } from "../support/engines.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { observedTranslation } from "./support/observed-translation.ts";
import { type Action, codePages, patchingGuest, slots } from "./support/patching-guest.ts";
import { brokenInvariants } from "./support/translation-invariants.ts";
import { ways, wildPages, wildStores } from "./support/wild-stores.ts";

/** Set ABSENT_RUNS for a longer search. */
const numRuns = Number(process.env.ABSENT_RUNS ?? 10);
const timeout = 30_000 + 3000 * numRuns;
const observed = observedTranslation(2 ** 28, { ...eagerHeat, interval: 1 });

/** One of so many pages is away at each move; which ones, by a remainder. */
const move = fc.record({
  steps: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20_000 })),
  oneOf: fc.integer({ min: 1, max: 4 }),
  remainder: fc.nat(3),
  isLogged: fc.boolean(),
});
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;
const moves = fc.array(move, { minLength: 2, maxLength: 8, size: "max" });

interface Travelled {
  readonly machine: Machine;
  /** Pages that the guest itself waited for, and those that devices did. */
  readonly waits: { guest: number; devices: number };
}

/** Moves a machine to another place, to which some of its pages come later. */
function travel(
  machine: Machine,
  { oneOf, remainder }: Move,
  resources: MachineResources,
): Travelled {
  const state = machine.save();
  const image = machine.ram.capture();
  const pages = [...image.pages()].map(({ page, bytes }) => ({ page, bytes: bytes.slice() }));
  const isAway = ({ page, bytes }: (typeof pages)[0]) =>
    page < machine.ram.pages &&
    page % oneOf === remainder % oneOf &&
    bytes.some((byte) => byte !== 0);
  const away = new Map(pages.filter(isAway).map(({ page, bytes }) => [page, bytes]));
  const content: RamContent = {
    pages: () => pages.filter((each) => !away.has(each.page)),
    readZeros: image.readZeros,
    absent: [...away.keys()],
    sweepAt: image.sweepAt,
  };
  image.release();
  observed.harts.clear();
  const waits = { guest: 0, devices: 0 };
  const fetch = (page: number) => {
    waits.devices++;
    return away.get(page) as Uint8Array;
  };
  const moved = observed.monitor.restoreMachine(state, content, {
    ...resources,
    pageSource: { fetch },
  });
  machine.dispose();
  const run = moved.run.bind(moved);
  moved.run = (steps) => {
    const target = moved.steps + steps;
    for (;;) {
      const reason = run(target - moved.steps);
      if (reason.kind !== "absent") return reason;
      waits.guest++;
      moved.ram.supply(reason.page, away.get(reason.page) as Uint8Array);
    }
  };
  return { machine: moved, waits };
}

/** @returns whatever a run determines, but for what its monitor does on its own account */
function outcome(machine: Machine) {
  return { hash: machine.stateHash(nativeHash), exits: guestExits(machine.exitCounts()) };
}

function runBoth(
  config: MachineConfig,
  list: readonly Move[],
  isFenced = true,
  data: readonly { readonly address: number; readonly bytes: Uint8Array }[] = [],
) {
  observed.harts.clear();
  const before = observed.monitor.inUse;
  const resources = () => ({
    console: recordedConsole().sink,
    disks: new Map([["disk", new MemoryBlock(sectorDisk())]]),
  });
  const travelling = resources();
  const alone = observed.monitor.createMachine(config, resources());
  let machine = observed.monitor.createMachine(config, travelling);
  for (const { address, bytes } of data) {
    for (const each of [machine, alone]) each.debug.writePhysical(address, bytes);
  }
  const total = { guest: 0, devices: 0 };
  try {
    for (const one of list) {
      expect(machine.run(one.steps)).toEqual(alone.run(one.steps));
      const moved = travel(machine, one, travelling);
      machine = moved.machine;
      const log = one.isLogged ? machine.ram.openDirtyLog() : undefined;
      const reason = machine.run(one.steps);
      expect(reason).toEqual(alone.run(one.steps));
      // Of a machine that has ended, nothing is observed any more.
      if (reason.kind === "budget") expect(brokenInvariants(observed, isFenced)).toEqual([]);
      expect(log?.harvest().every((page) => page < machine.ram.pages)).not.toBe(false);
      log?.close();
      total.guest += moved.waits.guest;
      total.devices += moved.waits.devices;
      expect(machine.exitCounts()["memory.remote"]).toBeGreaterThanOrEqual(moved.waits.guest);
      expect(outcome(machine)).toEqual(outcome(alone));
    }
  } finally {
    for (const each of [machine, alone]) each.dispose();
    observed.harts.clear();
  }
  expect({ ...observed.monitor.inUse, regions: 0, entries: 0 }).toEqual({
    ...before,
    ...{ regions: 0, entries: 0 },
  });
  return total;
}

const textAddress = 0x8040_0000;
/** Has the firmware print a text again and again, and never looks at it (SBI, chapter 12). */
const speaking: readonly Line[] = [
  "again",
  ...loadConstant(17, 0x4442_434e),
  ...loadConstant(11, textAddress),
  asm("addi", { rd: 10, imm: 14 }),
  asm("addi", { rd: 12 }),
  asm("addi", { rd: 16 }),
  asm("ecall"),
  asm("jal", { to: "again" }),
];

const page = fc.nat(codePages - 1);
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("call"), page, slot: fc.nat(slots - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant("patch"), page },
      ...{ slot: fc.nat(slots - 1), value: fc.nat(99) },
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("switch"), space: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fence") }) },
) as fc.Arbitrary<Action>;
const actions = fc.array(action, { minLength: 3, maxLength: 40 });
const access = fc.record({
  way: fc.constantFrom(...ways),
  page: fc.nat(wildPages - 1),
  offset: fc.oneof(fc.nat(4095), fc.integer({ min: 4088, max: 4095 })),
});
const accesses = fc.array(access, { minLength: 5, maxLength: 60, size: "max" });

describe.each(engines)("a machine some of whose pages come later (%s)", (engine) => {
  test(
    "computes and counts the same where it writes in every way there is",
    () => {
      let waits = 0;
      fc.assert(
        fc.property(accesses, moves, (list, moving) => {
          waits += runBoth(bareMetal(wildStores(list), { engine }), moving).guest;
        }),
        { numRuns },
      );
      expect(waits).toBeGreaterThan(0);
    },
    timeout,
  );

  test(
    "does so where two harts patch each other's code in two address spaces",
    () => {
      let waits = 0;
      fc.assert(
        fc.property(actions, actions, moves, (first, second, moving) => {
          const config = bareMetal(patchingGuest([first, second], 30), { engine, harts: 2 });
          waits += runBoth(config, moving).guest;
        }),
        { numRuns },
      );
      expect(waits).toBeGreaterThan(0);
    },
    timeout,
  );

  test.each(["paging", "timer"])(
    "does so where the guest is %s",
    (name) => {
      fc.assert(
        fc.property(moves, (moving) => {
          const config = bareMetal(readFileSync(elfPath(name)), { engine });
          runBoth(config, moving, name !== "paging");
        }),
        { numRuns: 5 },
      );
    },
    timeout,
  );

  test("does so where firmware reads and a disk fills pages that are not here", () => {
    const disk = { kind: "block", slot: 0, disk: "disk", readOnly: false } as const;
    const often = { steps: 97, oneOf: 1, remainder: 0, isLogged: false };
    const busy = bareMetal(readFileSync(elfPath("virtio-blk")), { engine, virtio: [disk] });
    runBoth(
      busy,
      Array.from({ length: 60 }, () => often),
    );
    const boot = { firmware: "sbi", kernel: assemble(0, speaking) } as const;
    const waits = runBoth(
      bareMetal([], { engine, boot, ramBytes: 2 ** 23 }),
      [often, often],
      true,
      [{ address: textAddress, bytes: Buffer.from("from far away ") }],
    );
    expect(waits.devices).toBeGreaterThan(0);
  });
});
