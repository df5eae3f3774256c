import fc from "fast-check";
import { expect, test } from "vitest";
import { virtioRegister as register } from "../../workers/vmm/devices/virtio/virtio-registers.ts";
import type { VirtioConfig } from "../../workers/vmm/mod.ts";
import { asm, type Line, loadConstant } from "../support/assembler.ts";
import { bareMetal } from "../support/run-guest.ts";
import { Neighbourhood } from "./support/neighbourhood.ts";
import { powerOff, skippingTraps } from "./support/skipping-traps.ts";

/** Whatever stands in a guest's rings, its devices read and write this guest's RAM or nothing. */
const ramBase = 0x8000_0000;
const mebibyte = 2 ** 20;
const ramEnd = ramBase + 4 * mebibyte;
const rings = ramBase + 0x4000;
const ringBytes = 0x4000;
const queueSize = 8;

const runs = Number(process.env.HOSTILE_RUNS ?? 250);
/** Milliseconds, on a machine that has much else to do. */
const patience = 60_000;

const kinds = ["block", "rng", "net", "console"] as const;

function device(kind: (typeof kinds)[number], slot: number, packed: boolean): VirtioConfig {
  switch (kind) {
    case "block":
      return { kind, slot, packed, disk: "disk", readOnly: false };
    case "net":
      return { kind, slot, packed, network: "loopback" };
    case "console":
      return { kind, slot, packed, takesInput: true };
    case "rng":
      return { kind, slot, packed };
  }
}

const inRings = fc.nat(ringBytes / 16 - 1).map((at) => BigInt(rings + 16 * at));
const pointer = fc.oneof(
  { weight: 6, arbitrary: inRings },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[ramBase, ramBase - 8, ramEnd - 8, ramEnd, ramEnd + 0x1000].map(BigInt),
      ...[
        0n,
        0x1000n,
        0x1000_1000n,
        2n ** 32n + BigInt(rings),
        2n ** 53n,
        2n ** 63n,
        2n ** 64n - 8n,
      ],
    ),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
);
const length = fc.oneof(
  fc.constantFrom(0, 1, 12, 16, 512, 4096, 0x0100_0000, 0x7fff_ffff, 0xffff_ffff),
  fc.nat(2048),
);
const flags = fc.oneof(
  fc.nat(7),
  fc.constantFrom(0x80, 0x82, 0x81, 0x84, 0x8080, 0x8082),
  fc.nat(0xffff),
);
const link = fc.oneof(fc.nat(queueSize), fc.nat(0xffff));

interface Descriptor {
  readonly address: bigint;
  readonly bytes: number;
  readonly flags: number;
  readonly link: number;
}

const descriptor: fc.Arbitrary<Descriptor> = fc.record({
  address: pointer,
  bytes: length,
  flags,
  link,
});

/** The first places are where a driver would have them: descriptors, available, used. */
const usualPlaces = [rings, rings + 0x100, rings + 0x200].map(BigInt);
const places = fc.oneof(
  { weight: 3, arbitrary: fc.constant(usualPlaces) },
  // All three in one place: the used ring grows over the descriptors.
  { weight: 1, arbitrary: inRings.map((at) => [at, at, at]) },
  { weight: 2, arbitrary: fc.array(pointer, { minLength: 3, maxLength: 3 }) },
);

const attack = fc.record({
  kind: fc.constantFrom(...kinds),
  isPacked: fc.boolean(),
  features: fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(1)),
  queue: fc.nat(2),
  size: fc.constantFrom(queueSize, queueSize, 1, 0, 7, 256, 1024, 0xffff),
  places,
  descriptors: fc.array(descriptor, { minLength: 32, maxLength: 32 }),
  available: fc.array(fc.oneof(fc.nat(queueSize - 1), fc.nat(0xffff)), {
    minLength: queueSize + 2,
    maxLength: queueSize + 2,
  }),
  noise: fc.uint8Array({ maxLength: 64 }),
});

type Attack = typeof attack extends fc.Arbitrary<infer T> ? T : never;

/** Starts the device as a driver does and rings its bells, with pauses for requests to complete. */
function driver(attack: Attack, slot: number): Line[] {
  const write = (at: number, value: number | bigint) => [
    ...loadConstant(5, value),
    asm("sw", { rs1: 8, rs2: 5, imm: at }),
  ];
  const low = (value: bigint) => Number(value & 0xffff_ffffn);
  const high = (value: bigint) => Number(value >> 32n);
  const [descriptors = 0n, available = 0n, used = 0n] = attack.places;
  const [featuresLow, featuresHigh] = attack.features;
  const packedBit = attack.isPacked ? 4 : 0;
  const bell = (queue: number, number: number) => [
    ...write(register.queueNotify, queue),
    ...loadConstant(6, 12_000),
    `pause ${slot} ${number}`,
    asm("addi", { rd: 6, rs1: 6, imm: -1 }),
    asm("bne", { rs1: 6, to: `pause ${slot} ${number}` }),
  ];
  return [
    ...loadConstant(8, 0x1000_1000 + 0x1000 * slot),
    ...write(register.status, 0),
    ...write(register.status, 3),
    // The device refuses what it did not offer: half of the time, ask for the least.
    ...write(register.driverFeaturesSelect, 0),
    ...write(register.driverFeatures, featuresHigh === 0 ? 0 : featuresLow),
    ...write(register.driverFeaturesSelect, 1),
    ...write(register.driverFeatures, 1 | packedBit),
    ...write(register.status, 11),
    ...write(register.queueSelect, attack.queue),
    ...write(register.queueSize, attack.size),
    ...write(register.descriptorsLow, low(descriptors)),
    ...write(register.descriptorsHigh, high(descriptors)),
    ...write(register.availableLow, low(available)),
    ...write(register.availableHigh, high(available)),
    ...write(register.usedLow, low(used)),
    ...write(register.usedHigh, high(used)),
    ...write(register.queueReady, 1),
    ...write(register.status, 15),
    ...bell(attack.queue, 0),
    ...bell(attack.queue, 1),
    ...write(register.status, 0),
    ...bell(attack.queue, 2),
  ];
}

function image(attack: Attack): Uint8Array {
  const program = skippingTraps([...driver(attack, 0), ...loadConstant(6, 0x5555), ...powerOff(6)]);
  const bytes = new Uint8Array(rings - ramBase + ringBytes);
  bytes.set(program);
  const view = new DataView(bytes.buffer);
  const ringsAt = rings - ramBase;
  const base = attack.places[0] ?? 0n;
  const isHere = base >= BigInt(rings) && base < BigInt(rings + ringBytes - 0x400);
  const descriptorsAt = isHere ? Number(base) - ramBase : ringsAt;
  for (const [i, { address, bytes: length, flags, link }] of attack.descriptors.entries()) {
    // A driver's layout first; what follows is for indirect tables.
    const at = descriptorsAt + 16 * i;
    if (at + 16 > bytes.length) break;
    view.setBigUint64(at, address, true);
    view.setUint32(at + 8, length, true);
    view.setUint16(at + 12, attack.isPacked ? link : flags, true);
    view.setUint16(at + 14, attack.isPacked ? flags : link, true);
  }
  if (attack.places === usualPlaces && !attack.isPacked) {
    for (const [i, entry] of [0, queueSize, ...attack.available].entries()) {
      view.setUint16(ringsAt + 0x100 + 2 * i, entry, true);
    }
  }
  bytes.set(attack.noise, ringsAt + 0x300);
  return bytes;
}

test(
  "whatever stands in the rings of its devices, a guest harms nobody but itself",
  () => {
    const street = new Neighbourhood();
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(attack, (attack) => {
        const virtio = [device(attack.kind, 0, attack.isPacked)];
        const config = bareMetal(image(attack), { virtio });
        const { end } = street.host(config, {
          steps: 200_000,
          input: Uint8Array.from([3, 65, 66, 67]),
        });
        ends.set(end.kind, (ends.get(end.kind) ?? 0) + 1);
      }),
      { numRuns: runs },
    );
    expect(
      [...ends.keys()].filter((kind) => !["power-off", "budget", "reboot", "idle"].includes(kind)),
    ).toEqual([]);
    // The pauses are for requests that are under way: most guests live to see them done.
    expect(ends.get("power-off")).toBeGreaterThan(runs / 3);
    street.close();
  },
  patience,
);

const everyDevice = kinds.flatMap((kind) => [false, true].map((isPacked) => ({ kind, isPacked })));
const flag = { next: 1, write: 2, indirect: 4, available: 0x80 } as const;

/** What a driver would write, but for one thing. */
const usual: Omit<Attack, "kind" | "isPacked" | "queue" | "descriptors"> = {
  features: [0, 0],
  size: queueSize,
  places: usualPlaces,
  available: Array.from({ length: queueSize + 2 }, (_, i) => i % queueSize),
  noise: new Uint8Array(0),
};
const chain = (change: Partial<Descriptor>, isPacked: boolean, link: (i: number) => number) =>
  Array.from({ length: 32 }, (_, i) => ({
    ...{ address: BigInt(ramBase + 0x1000), bytes: 512, link: link(i) },
    // Read first, then written, as a block device wants it.
    flags: flag.next | (i % queueSize === 0 ? 0 : flag.write) | (isPacked ? flag.available : 0),
    ...change,
  }));

type Trap = (isPacked: boolean) => Partial<Attack>;
const traps: Record<string, Trap> = {
  "a descriptor that goes on at itself": (isPacked) => ({
    descriptors: chain({}, isPacked, () => 0),
  }),
  "a loop of all descriptors that are written": (isPacked) => ({
    descriptors: chain({}, isPacked, (i) => (i % (queueSize - 1)) + 1),
  }),
  "an indirect table that is its own entry": (isPacked) => ({
    features: [2 ** 28, 1],
    descriptors: chain(
      {
        ...{ address: BigInt(rings), bytes: 16 * queueSize },
        flags: flag.indirect | (isPacked ? flag.available : 0),
      },
      isPacked,
      () => 0,
    ),
  }),
  "buffers of 4 GiB": (isPacked) => ({
    descriptors: chain({ bytes: 0xffff_ffff }, isPacked, (i) => (i + 1) % queueSize),
  }),
  "buffers that are the rings": (isPacked) => ({
    descriptors: chain(
      { address: BigInt(rings), bytes: 0x400 },
      isPacked,
      (i) => (i + 1) % queueSize,
    ),
  }),
  "rings at one another": (isPacked) => ({
    descriptors: chain({}, isPacked, (i) => (i + 1) % queueSize),
    places: [rings, rings, rings].map(BigInt),
  }),
  "rings at the end of memory": (isPacked) => ({
    descriptors: chain({}, isPacked, () => 1),
    places: [ramEnd - 16, ramEnd - 4, ramEnd - 4].map(BigInt),
  }),
  "rings outside memory": (isPacked) => ({
    descriptors: chain({}, isPacked, () => 1),
    places: [ramEnd, 0x1000_0000, 2 ** 40].map(BigInt),
  }),
};

test.each(Object.entries(traps))("%s: no device falls into it", (_, trap) => {
  const street = new Neighbourhood();
  for (const { kind, isPacked } of everyDevice) {
    for (const queue of kind === "net" || kind === "console" ? [0, 1] : [0]) {
      const virtio = [device(kind, 0, isPacked)];
      const attack = { ...usual, kind, isPacked, queue, descriptors: [], ...trap(isPacked) };
      const { end } = street.host(bareMetal(image(attack), { virtio }), {
        steps: 200_000,
        input: Uint8Array.from([65, 66]),
      });
      expect(end, `${kind}, ${isPacked ? "packed" : "split"}`).toEqual({
        kind: "power-off",
        code: 0,
      });
    }
  }
  street.close();
});

test("a guest that has its devices move gigabytes does not keep its driver waiting", () => {
  const street = new Neighbourhood();
  const slots = 256;
  const low = (at: number, value: number) => [
    ...loadConstant(5, value),
    asm("sw", { rs1: 8, rs2: 5, imm: at }),
  ];
  // Every entry of the ring is the one descriptor: 64 KiB of text, again and again.
  const program = skippingTraps([
    ...loadConstant(8, 0x1000_1000),
    ...low(register.status, 3),
    ...low(register.driverFeaturesSelect, 1),
    ...low(register.driverFeatures, 1),
    ...low(register.status, 11),
    ...low(register.queueSelect, 1),
    ...low(register.queueSize, slots),
    ...low(register.descriptorsLow, rings),
    ...low(register.availableLow, rings + 0x1000),
    ...low(register.usedLow, rings + 0x2000),
    ...low(register.queueReady, 1),
    ...low(register.status, 15),
    ...loadConstant(9, rings + 0x1000),
    "again",
    ...low(register.queueNotify, 1),
    asm("lhu", { rd: 6, rs1: 9, imm: 2 }),
    asm("addi", { rd: 6, rs1: 6, imm: slots }),
    asm("sh", { rs1: 9, rs2: 6, imm: 2 }),
    asm("jal", { to: "again" }),
  ]);
  const bytes = new Uint8Array(rings - ramBase + ringBytes);
  bytes.set(program);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(rings - ramBase, BigInt(ramBase), true);
  view.setUint32(rings - ramBase + 8, 2 ** 20, true);
  view.setUint16(rings - ramBase + 0x1002, slots, true);
  let printed = 0;
  const machine = street.monitor.createMachine(
    bareMetal(bytes, { virtio: [device("console", 0, false)] }),
    { console: { write: () => void printed++ }, disks: new Map() },
  );
  expect(machine.run(1e9)).toEqual({ kind: "budget" });
  expect(machine.steps).toBeLessThan(1000);
  expect(printed).toBeGreaterThan(2 ** 20);
  const before = printed;
  machine.run(1e9);
  expect(printed).toBeGreaterThan(before);
  machine.dispose();
  street.close();
});
