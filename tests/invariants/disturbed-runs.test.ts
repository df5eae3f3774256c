/**
 * A run that is captured, watched for the pages it writes and watched again counts and computes what
 * it does when it is left alone, with every engine, at whatever step it is disturbed.
 */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import {
  guestExits,
  type Machine,
  type MachineConfig,
  type PageLog,
  type RamImage,
} from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { observedTranslation } from "./support/observed-translation.ts";
import { type Action, codePages, patchingGuest, slots } from "./support/patching-guest.ts";
import { brokenInvariants } from "./support/translation-invariants.ts";
import { ways, wildPages, wildStores } from "./support/wild-stores.ts";

const mebibyte = 2 ** 20;
const pageBytes = 4096;
const ramBase = 0x8000_0000;
const engines = ["interpret", "trap-and-emulate", "translate"] as const;
/** Set DISTURBED_RUNS for a longer search. */
const numRuns = Number(process.env.DISTURBED_RUNS ?? 12);
const timeout = 30_000 + 3000 * numRuns;

const observed = observedTranslation(256 * mebibyte, { ...eagerHeat, interval: 1 });
const before = observed.monitor.inUse;
afterAll(() => {
  expect(observed.monitor.inUse, "all is given back").toEqual(before);
});

const disturbance = fc.record({
  steps: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 })),
  kind: fc.constantFrom(
    ...([
      "capture",
      "capture-dirty",
      "release",
      "open",
      "open-access",
      "harvest",
      "harvest",
      "close",
      "write",
    ] as const),
  ),
  which: fc.nat(),
});
type Disturbance = typeof disturbance extends fc.Arbitrary<infer D> ? D : never;
const disturbances = fc.array(disturbance, { minLength: 5, maxLength: 40, size: "max" });

/** What disturbs a machine, and checks what it is told meanwhile. */
class Disturber {
  readonly #machine: Machine;
  readonly #images: { readonly image: RamImage; readonly content: Uint8Array }[] = [];
  readonly #logs: { readonly log: PageLog; content: Uint8Array }[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get #content(): Uint8Array {
    return this.#machine.debug.readPhysical(ramBase, this.#machine.ram.pages * pageBytes);
  }

  disturb({ kind, which }: Disturbance): void {
    const { ram } = this.#machine;
    const entry = this.#logs[which % Math.max(1, this.#logs.length)];
    if (kind === "capture") this.#images.push({ image: ram.capture(), content: this.#content });
    if (kind === "release") this.#images.shift()?.image.release();
    if (kind === "open") this.#logs.push({ log: ram.openDirtyLog(), content: this.#content });
    if (kind === "open-access") {
      this.#logs.push({ log: ram.openAccessLog(), content: this.#content });
    }
    if (kind === "harvest" && entry) this.#harvest(entry);
    if (kind === "capture-dirty" && entry) ram.capture(this.#harvest(entry)).release();
    if (kind === "close" && entry) {
      entry.log.close();
      this.#logs.splice(this.#logs.indexOf(entry), 1);
    }
  }

  /** Whatever differs from what it was at the last harvest must have been said. */
  #harvest(entry: { readonly log: PageLog; content: Uint8Array }): readonly number[] {
    const dirty = entry.log.harvest();
    const now = this.#content;
    const said = new Set(dirty);
    for (let page = 0; page < this.#machine.ram.pages; page++) {
      if (said.has(page)) continue;
      const [start, end] = [page * pageBytes, (page + 1) * pageBytes];
      const isSame = Buffer.compare(now.subarray(start, end), entry.content.subarray(start, end));
      expect(isSame, `page ${page} changed and nobody was told`).toBe(0);
    }
    entry.content = now;
    return dirty;
  }

  end(): void {
    for (const { image, content } of this.#images) {
      for (const { page, bytes } of image.pages()) {
        const start = page * pageBytes;
        if (page === this.#machine.ram.pages) continue;
        const isSame = Buffer.compare(bytes, content.subarray(start, start + pageBytes));
        expect(isSame, `page ${page} of an image changed`).toBe(0);
      }
      image.release();
    }
  }
}

/** @returns whatever a run determines, but for what its monitor does on its own account */
function outcome(machine: Machine) {
  return {
    hash: machine.stateHash(nativeHash),
    exits: guestExits(machine.exitCounts()),
  };
}

function runBoth(
  config: MachineConfig,
  list: readonly Disturbance[],
  { isFenced = true, rounds = 1 } = {},
): Record<string, number> {
  observed.harts.clear();
  const machines = [0, 1].map(() =>
    observed.monitor.createMachine(config, {
      console: recordedConsole().sink,
      disks: new Map([["disk", new MemoryBlock(sectorDisk())]]),
    }),
  );
  const [disturbed, alone] = machines as [Machine, Machine];
  const disturber = new Disturber(disturbed);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const one of list) {
        disturber.disturb(one);
        if (one.kind === "write") {
          const at = ramBase + (one.which % disturbed.ram.pages) * pageBytes + (one.which % 4000);
          const bytes = Uint8Array.of(one.which, 0);
          for (const machine of machines) {
            if (at >= ramBase + 0x4000) machine.debug.writePhysical(at, bytes);
          }
        }
        expect(disturbed.run(one.steps)).toEqual(alone.run(one.steps));
        expect(brokenInvariants(observed, isFenced)).toEqual([]);
      }
      expect(outcome(disturbed)).toEqual(outcome(alone));
    }
    disturber.end();
    return disturbed.exitCounts();
  } finally {
    for (const machine of machines) machine.dispose();
    observed.harts.clear();
  }
}

const page = fc.nat(codePages - 1);
const slot = fc.nat(slots - 1);
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("call"), page, slot }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("patch"), page, slot, value: fc.nat(99) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("switch"), space: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remap"), space: fc.nat(1), page, to: page }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fence") }) },
) as fc.Arbitrary<Action>;
const actions = fc.array(action, { minLength: 3, maxLength: 40 });
const access = fc.record({
  way: fc.constantFrom(...ways),
  page: fc.nat(wildPages - 1),
  // Often at the end of a page, which the access then leaves.
  offset: fc.oneof(fc.nat(4095), fc.integer({ min: 4088, max: 4095 })),
});
const accesses = fc.array(access, { minLength: 5, maxLength: 60, size: "max" });

describe.each(engines)(
  "a disturbed run counts and computes what an undisturbed one does (%s)",
  (engine) => {
    test(
      "where the guest writes in every way there is",
      () => {
        const total: Record<string, number> = {};
        fc.assert(
          fc.property(accesses, disturbances, (list, disturbing) => {
            const exits = runBoth(bareMetal(wildStores(list), { engine }), disturbing);
            for (const [name, count] of Object.entries(exits))
              total[name] = (total[name] ?? 0) + count;
          }),
          { numRuns },
        );
        expect(total["memory.cow"]).toBeGreaterThan(0);
        expect(total["trace.dirty"]).toBeGreaterThan(0);
        expect(total["trace.access"]).toBeGreaterThan(0);
        expect(total["trace.code"]).toBeGreaterThan(0);
      },
      timeout,
    );

    test(
      "where two harts patch and remap each other's code",
      () => {
        fc.assert(
          fc.property(actions, actions, disturbances, (first, second, disturbing) => {
            const isFenced = ![...first, ...second].some(({ kind }) => kind === "remap");
            const config = bareMetal(patchingGuest([first, second], 30), { engine, harts: 2 });
            runBoth(config, disturbing, { isFenced });
          }),
          { numRuns: Math.ceil(numRuns / 2) },
        );
      },
      timeout,
    );

    test.each(["paging", "spinlock", "virtio-blk", "timer"])(
      "where the guest is %s",
      (name) => {
        fc.assert(
          fc.property(disturbances, (disturbing) => {
            const disk = { kind: "block", slot: 0, disk: "disk", readOnly: false } as const;
            const config = bareMetal(readFileSync(elfPath(name)), {
              ...{ engine, harts: name === "spinlock" ? 2 : 1 },
              virtio: name === "virtio-blk" ? [disk] : [],
            });
            const calm = disturbing.filter(({ kind }) => kind !== "write");
            runBoth(config, calm, { isFenced: name !== "paging" });
          }),
          { numRuns: 2 },
        );
      },
      timeout,
    );
  },
);
