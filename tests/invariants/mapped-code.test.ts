/**
 * Translated code belongs to what a frame holds, not to where or in which address space it is seen: what a
 * guest does with its page tables costs no translation, and a store to code costs what it changes.
 * Rounds of guests are counted, not only compared.
 */
import { afterEach, describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import type { Machine, MachineConfig } from "../../workers/vmm/mod.ts";
import { asm, type Line, loadConstant } from "../support/assembler.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, smallMonitor } from "../support/run-guest.ts";
import { liveTlbEntries } from "./support/live-tlb-entries.ts";
import {
  call,
  codeAddress,
  codeOf,
  map,
  mappedCodeGuest,
  patch,
  store,
  use,
  virtualCode,
} from "./support/mapped-code-guest.ts";
import { observedTranslation } from "./support/observed-translation.ts";
import { brokenInvariants } from "./support/translation-invariants.ts";

const mebibyte = 2 ** 20;
const [warm, counted] = [200, 40] as const;
const mostSlices = 50_000;
/** Regions are made once and stay what they are, so that one more is news. */
const heat = { ...eagerHeat, joinArrivals: 0x7fff_ffff, adaptExits: 0xffff };
const observed = observedTranslation(128 * mebibyte, heat);
const interpreting = smallMonitor();
const machines: Machine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.dispose();
  observed.harts.clear();
});

interface Setting extends Partial<MachineConfig> {
  readonly disk?: () => Uint8Array;
}

function machineOf(monitor: typeof interpreting, image: Uint8Array, setting: Setting) {
  const { disk, ...config } = setting;
  const end = new RoundEnd();
  const disks = new Map(disk && [["disk", new MemoryBlock(disk())]]);
  const machine = monitor.createMachine(bareMetal(image, config), { console: end, disks });
  machines.push(machine);
  return { machine, end };
}

/** Stops a machine exactly where it says that a round is over. */
class RoundEnd {
  #rounds = 0;
  #onRound: (rounds: number) => void = () => undefined;

  write(): void {
    this.#rounds++;
    this.#onRound(this.#rounds);
  }

  /** Runs so many rounds more. */
  run(machine: Machine, rounds: number): void {
    const last = this.#rounds + rounds;
    this.#onRound = (now) => now === last && machine.stop();
    for (let slice = 0; this.#rounds < last && slice < mostSlices; slice++) machine.run(700);
    expect(this.#rounds).toBe(last);
  }
}

/** What so many more rounds have cost: translations, and exits by category. */
interface Cost {
  readonly translations: Readonly<Record<string, number>>;
  readonly exits: Readonly<Record<string, number>>;
}

type Counts = Readonly<Record<string, number>>;
const difference = (after: Counts, before: Counts) =>
  Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)]));

/** Runs a guest till it is warm, counts some more rounds, and holds all of it to the interpreter. */
function cost(image: Uint8Array, setting: Setting = {}): Cost & { readonly machine: Machine } {
  const { machine, end } = machineOf(observed.monitor, image, setting);
  end.run(machine, warm);
  const before = { ...observed.monitor.translations };
  const exits = machine.exitCounts();
  end.run(machine, counted);
  expect(brokenInvariants(observed)).toEqual([]);
  const { machine: other } = machineOf(interpreting, image, { ...setting, engine: "interpret" });
  other.run(machine.steps);
  expect(machine.stateHash(nativeHash)).toBe(other.stateHash(nativeHash));
  expect(machine.exitCounts()).toEqual(other.exitCounts());
  return {
    machine,
    translations: difference({ ...observed.monitor.translations }, before),
    exits: difference(machine.exitCounts(), exits),
  };
}

const nothing = { modules: 0, regions: 0, reused: 0, dropped: 0, failed: 0, instructions: 0 };

describe("no translation is made or dropped", () => {
  test("for code that is executed at two addresses, which lead to one frame's", () => {
    const before = observed.monitor.translations.modules;
    const { translations } = cost(mappedCodeGuest([[...call(0), ...call(1)]]));
    expect(translations).toMatchObject(nothing);
    expect(observed.monitor.translations.modules).toBeGreaterThan(before);
    const [hart = 0] = observed.harts;
    const fetched = [...liveTlbEntries(observed.memory, hart)].filter(
      ({ kind, address }) => kind === "fetch" && address >> 12n >= BigInt(virtualCode >> 12),
    );
    const records = (page: number) =>
      fetched.find(({ address }) => address === BigInt(virtualCode + page * 4096))?.addend;
    expect(records(0)).toBeGreaterThan(0);
    expect(records(1)).toBe(records(0));
  });

  test("by switches between address spaces, in which other code stands at the same address", () => {
    const round = [...use(1), ...call(0), ...call(1), ...use(0), ...call(0), ...call(2)];
    const { translations, exits } = cost(mappedCodeGuest([round]));
    expect(translations).toMatchObject(nothing);
    expect(exits).toMatchObject({ "mmu.flush": 2 * counted, translate: 0 });
  });

  test("where both spaces have the same identifier, and each switch drops what is in the TLB", () => {
    const asids = [1, 1] as const;
    const round = [...use(1, asids), ...call(0), ...use(0, asids), ...call(0)];
    const { translations, exits } = cost(mappedCodeGuest([round], { asids }));
    expect(translations).toMatchObject(nothing);
    expect(exits["mmu.flush"]).toBe(2 * counted);
    expect(exits["mmu.fill"]).toBeGreaterThanOrEqual(2 * counted);
  });

  test("by switches of a kernel, which fill no TLB as long as its pages are global", () => {
    const pages = [
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ] as const;
    const round = [...use(1), ...call(0), ...use(0), ...call(2)];
    const kernel = (isGlobal: boolean) =>
      cost(mappedCodeGuest([round], { pages, isGlobal, sum: false }));
    const [global, own] = [kernel(true), kernel(false)];
    for (const { translations } of [global, own]) expect(translations).toMatchObject(nothing);
    expect(global.exits).toMatchObject({ "mmu.flush": 2 * counted, "mmu.fill": 0 });
    expect(own.exits["mmu.fill"]).toBeGreaterThanOrEqual(2 * counted);
  });

  test("by fences of instructions, and of addresses", () => {
    const instructions = cost(mappedCodeGuest([[...call(0), asm("fence.i")]]));
    expect(instructions.translations).toMatchObject(nothing);
    expect(instructions.exits).toMatchObject({ "mmu.fill": 0, translate: 0 });
    const addresses = cost(mappedCodeGuest([[...call(0), asm("sfence.vma")]]));
    expect(addresses.translations).toMatchObject(nothing);
    expect(addresses.exits["mmu.fill"]).toBeGreaterThanOrEqual(counted);
    expect(addresses.exits.translate).toBe(0);
  });

  test("for a page that is mapped to one frame of code, then to another, and back", () => {
    const fence: Line[] = [...loadConstant(5, virtualCode), asm("sfence.vma", { rs1: 5 })];
    const turn = (frame: number) => [...map(0, 0, frame), ...fence, ...call(0)];
    const { translations, exits } = cost(mappedCodeGuest([[...turn(1), ...turn(0)]]));
    expect(translations).toMatchObject(nothing);
    expect(exits).toMatchObject({ "mmu.flush": 2 * counted, "trace.code": 0, translate: 0 });
    expect(exits["mmu.fill"]).toBeGreaterThanOrEqual(2 * counted);
  });
});

describe("code that changes to and fro is dropped each time, and not compiled again", () => {
  const turn = (imm: number): Line[] => [...patch(0, imm), asm("fence.i"), ...call(0)];

  test("where a hart patches its own", () => {
    const { translations, exits } = cost(mappedCodeGuest([[...turn(3), ...turn(4)]]));
    expect(exits["trace.code"]).toBe(2 * counted);
    expect(translations.dropped).toBeGreaterThanOrEqual(2 * counted);
    expect(translations.reused).toBe(translations.regions);
    expect(translations).toMatchObject({ modules: 0, failed: 0 });
  });

  test("where two harts patch each other's", () => {
    const harts = [0, 1].map((hart): Line[] => {
      const change = (imm: number) => [...patch(1 - hart, imm), asm("fence.i"), ...call(2 * hart)];
      return [...change(5), ...change(6)];
    });
    const { translations, exits } = cost(mappedCodeGuest(harts), { harts: 2 });
    // A hart has several rounds before it is the other one's turn, which then finds its code changed.
    expect(exits["trace.code"]).toBeGreaterThanOrEqual(4);
    expect(translations.dropped).toBeGreaterThanOrEqual(4);
    expect(translations.reused).toBe(translations.regions);
    expect(translations).toMatchObject({ modules: 0, failed: 0 });
  });

  test("where a disk writes it", () => {
    const { translations, exits, machine } = cost(diskGuest(), {
      virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: true }],
      disk: codeOnDisk,
    });
    expect(exits.doorbell).toBe(counted);
    expect(translations.dropped).toBeGreaterThanOrEqual(counted);
    expect(translations.reused).toBe(translations.regions);
    expect(translations).toMatchObject({ modules: 0, failed: 0 });
    // What was read last is what is there.
    const there = Buffer.from(machine.debug.readPhysical(codeAddress, codeOf(0, 8).length));
    expect([7, 8].some((imm) => there.equals(codeOf(0, imm)))).toBe(true);
  });
});

describe("a clone's code", () => {
  /** It calls, and patches where its origin was told to by a word of memory. */
  const wish = 0x8003_0000;
  const guest = () =>
    mappedCodeGuest([
      [
        ...loadConstant(5, wish),
        asm("lw", { rd: 6, rs1: 5 }),
        asm("beq", { rs1: 6, to: "call" }),
        ...patch(0, 9),
        asm("fence.i"),
        "call",
        ...call(0),
        ...call(2),
      ],
    ]);

  test("is its origin's, translated, until it changes it; then each has its own", () => {
    const { machine, end } = machineOf(observed.monitor, guest(), {});
    end.run(machine, warm);
    const shared = { ...observed.monitor.translations };
    const endOfClone = new RoundEnd();
    const clone = machine.fork({ console: endOfClone, disks: new Map() });
    machines.push(clone);
    endOfClone.run(clone, counted);
    expect(difference({ ...observed.monitor.translations }, shared)).toMatchObject(nothing);

    clone.debug.writePhysical(wish, Uint8Array.of(1, 0, 0, 0));
    endOfClone.run(clone, counted);
    expect(clone.exitCounts()["memory.cow"]).toBeGreaterThan(0);
    const after = { ...observed.monitor.translations };
    expect(after.modules).toBeGreaterThan(shared.modules);
    expect(brokenInvariants(observed)).toEqual([]);

    // Its origin goes on with what it has, as it would have without a clone.
    end.run(machine, counted);
    expect(difference({ ...observed.monitor.translations }, after)).toMatchObject(nothing);
    const { machine: alone } = machineOf(interpreting, guest(), { engine: "interpret" });
    alone.run(machine.steps);
    expect(machine.stateHash(nativeHash)).toBe(alone.stateHash(nativeHash));
    expect(clone.stateHash(nativeHash)).not.toBe(alone.stateHash(nativeHash));
  });
});

/** Where the driver of `diskGuest` has its queue. */
const ring = { descriptors: 0x8003_0000, available: 0x8003_0100, used: 0x8003_0200 };
const request = { header: 0x8003_0300, status: 0x8003_0400 };
const sectorBytes = 512;

function codeOnDisk(): Uint8Array {
  const disk = new Uint8Array(2 * sectorBytes);
  disk.set(codeOf(0, 7));
  disk.set(codeOf(0, 8), sectorBytes);
  return disk;
}

/** Reads one of two sectors into the page of code by turns, waits for it, and calls what is there. */
function diskGuest(): Uint8Array {
  const device = 0x1000_1000;
  const register = {
    ...{ featuresWord: 0x24, features: 0x20, queueSize: 0x38, ready: 0x44, notify: 0x50 },
    ...{ status: 0x70, descriptors: 0x80, available: 0x90, used: 0xa0 },
  };
  const write = (name: keyof typeof register, value: number) =>
    store("sw", device + register[name], value);
  const [next, writable] = [1, 2];
  const descriptor = (index: number, at: number, bytes: number, flags: number) => [
    ...store("sd", ring.descriptors + 16 * index, at),
    ...store(
      "sd",
      ring.descriptors + 16 * index + 8,
      bytes + flags * 2 ** 32 + (index + 1) * 2 ** 48,
    ),
  ];
  const begin: Line[] = [
    ...[0, 1, 3].flatMap((status) => write("status", status)),
    ...[...write("featuresWord", 1), ...write("features", 1), ...write("status", 11)],
    ...[...write("queueSize", 4), ...write("descriptors", ring.descriptors)],
    ...[...write("available", ring.available), ...write("used", ring.used)],
    ...[...write("ready", 1), ...write("status", 15)],
    ...descriptor(0, request.header, 16, next),
    ...descriptor(1, codeAddress, sectorBytes, next + writable),
    ...descriptor(2, request.status, 1, writable),
  ];
  const round: Line[] = [
    // The other sector, and one more entry of the ring, all of which are the first descriptor.
    ...loadConstant(5, request.header),
    asm("ld", { rd: 6, rs1: 5, imm: 8 }),
    asm("xori", { rd: 6, rs1: 6, imm: 1 }),
    asm("sd", { rs1: 5, rs2: 6, imm: 8 }),
    ...loadConstant(5, ring.available),
    asm("lhu", { rd: 6, rs1: 5, imm: 2 }),
    asm("addi", { rd: 6, rs1: 6, imm: 1 }),
    asm("sh", { rs1: 5, rs2: 6, imm: 2 }),
    asm("addi", { rd: 7, rs1: 6 }),
    ...write("notify", 0),
    ...loadConstant(5, ring.used),
    "wait",
    asm("lhu", { rd: 6, rs1: 5, imm: 2 }),
    asm("bne", { rs1: 6, rs2: 7, to: "wait" }),
    asm("fence.i"),
    ...call(0),
  ];
  return mappedCodeGuest([round], { begin });
}
