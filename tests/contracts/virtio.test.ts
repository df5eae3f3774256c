import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Device } from "../../workers/vmm/bus/device.ts";
import { type DeviceUnderTest, devices } from "./support/devices.ts";
import { FlatMemory } from "./support/flat-memory.ts";
import { ManualClock } from "./support/manual-clock.ts";
import { VirtioDriver } from "./support/virtio-driver.ts";

/**
 * What every virtio device promises against a hostile driver: whatever stands in its rings, it
 * neither throws nor hangs; it goes on, or it asks for a reset and is well again after one.
 */
const needsReset = 0x40;
const longTime = 10_000_000_000;

type Move =
  | { readonly kind: "descriptor"; readonly index: number; readonly fields: readonly number[] }
  | { readonly kind: "indirect"; readonly index: number; readonly fields: readonly number[] }
  | { readonly kind: "available"; readonly entry: number; readonly head: number }
  | { readonly kind: "index"; readonly value: number }
  | { readonly kind: "move ring"; readonly register: number; readonly value: number }
  | { readonly kind: "notify" }
  | { readonly kind: "wait"; readonly nanoseconds: number };

const queueSize = 8;
const ramBase = 0x8000_0000;
const ramBytes = 1 << 20;
const indirectTable = ramBase + 0x6000;

const address = fc.oneof(
  fc.integer({ min: ramBase, max: ramBase + 0x1_0000 }),
  fc.integer({ min: ramBase - 64, max: ramBase + 64 }),
  fc.integer({ min: ramBase + ramBytes - 64, max: ramBase + ramBytes + 64 }),
  fc.constantFrom(indirectTable, 0, 2 ** 32 - 1, 2 ** 53, 2 ** 63),
);
const length = fc.oneof(
  fc.constantFrom(0, 1, 15, 16, 17, 32, 512, 1024, 0x7fff_ffff, 0xffff_ffff),
  fc.nat(2048),
);
const flags = fc.oneof(fc.nat(7), fc.nat(0xffff));
const link = fc.oneof(fc.nat(queueSize), fc.nat(0xffff));
const fields = fc.tuple(address, length, flags, link);
const index = fc.nat(queueSize - 1);

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("descriptor" as const), index, fields }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("indirect" as const), index, fields }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("available" as const), entry: index, head: link }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("index" as const),
      value: fc.oneof(fc.nat(queueSize), fc.nat(0xffff)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("move ring" as const),
      register: fc.constantFrom(0x80, 0x84, 0x90, 0x94, 0xa0, 0xa4),
      value: fc.oneof(address, fc.nat(4)).map((value) => value % 2 ** 32),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: "notify" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), nanoseconds: fc.nat(100_000) }),
  },
);

/** Queue 1 of these is the one that the driver sends with. */
const sendsWithSecondQueue = /^virtio (net|console)$/;
const subjects = devices
  .filter(({ name }) => /^virtio/.test(name))
  .flatMap((subject) =>
    sendsWithSecondQueue.test(subject.name)
      ? [
          { ...subject, queue: 0, answers: false },
          { ...subject, queue: 1, answers: true },
        ]
      : [{ ...subject, queue: 0, answers: true }],
  );

describe.each(subjects)("$name, queue $queue", (subject) => {
  test("survives any rings, and works again after a reset", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
        const guest = startGuest(subject);
        for (const next of moves) {
          play(guest, next);
        }
        guest.clock.advance(longTime);

        const driver = new VirtioDriver(guest.device, guest.memory, queueSize, subject.queue);
        clearRings(guest.memory);
        driver.start();
        expect(driver.status).toBe(15);
        offerOne(driver, guest.memory);
        driver.notify();
        guest.clock.advance(longTime);
        expect(driver.collect()).toHaveLength(subject.answers ? 1 : 0);
        expect(driver.status).toBe(15);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, (guest: Guest) => void]>([
    ["a head beyond the queue", ({ driver }) => driver.makeAvailable(queueSize)],
    [
      "an index that ran backwards",
      ({ memory, driver }) => memory.view(driver.available, 4).setUint16(2, 0xffff, true),
    ],
    [
      "a chain that is a loop",
      ({ driver }) => {
        driver.setDescriptor(0, ramBase, 16, 1, 1);
        driver.setDescriptor(1, ramBase, 16, 1, 0);
        driver.makeAvailable(0);
      },
    ],
    [
      "a buffer of 4 GiB",
      ({ driver }) => driver.offer({ address: ramBase, bytes: 0xffff_ffff, writable: true }),
    ],
    [
      "a buffer outside of memory",
      ({ driver }) => driver.offer({ address: 0x1000, bytes: 16, writable: true }),
    ],
    [
      "a ring outside of memory",
      ({ device }) => {
        device.write(0x44, 4, 0);
        device.write(0x90, 4, 0x1000);
        device.write(0x44, 4, 1);
      },
    ],
  ])("%s needs a reset", (_what, breakRule) => {
    const guest = startGuest(subject);
    breakRule(guest);
    guest.driver.notify();
    expect(guest.driver.status & needsReset).toBe(needsReset);
  });

  test("more buffers under way than the queue has descriptors need a reset", () => {
    const { driver, memory } = startGuest(subject);
    for (let round = 0; round < 3; round++) {
      for (let entry = 0; entry < queueSize / 2; entry++) {
        offerOne(driver, memory);
      }
      driver.notify();
    }
    const isInstant = driver.collect().length > 0;
    expect((driver.status & needsReset) !== 0).toBe(!isInstant);
  });
});

interface Guest {
  readonly device: Device<unknown>;
  readonly memory: FlatMemory;
  readonly clock: ManualClock;
  readonly driver: VirtioDriver;
}

function startGuest(subject: DeviceUnderTest & { readonly queue: number }): Guest {
  const memory = new FlatMemory(ramBytes);
  const clock = new ManualClock();
  const device = subject.make({ clock, memory, seen: [] });
  const driver = new VirtioDriver(device, memory, queueSize, subject.queue);
  driver.start();
  return { device, memory, clock, driver };
}

/** A buffer that every device takes: a flush for a disk, a short text, room for 16 bytes. */
function offerOne(driver: VirtioDriver, memory: FlatMemory): void {
  const header = ramBase + 0x1_2000;
  memory.view(header, 16).setUint32(0, 4, true);
  driver.setDescriptor(0, header, 16, 1, 1);
  driver.setDescriptor(1, header + 16, 16, 2);
  driver.makeAvailable(0);
}

function clearRings(memory: FlatMemory): void {
  memory.write(ramBase, new Uint8Array(0x1_0000));
}

function play({ device, memory, clock, driver }: Guest, move: Move): void {
  switch (move.kind) {
    case "descriptor":
    case "indirect": {
      const table = move.kind === "indirect" ? indirectTable : driver.descriptors;
      const [buffer = 0, bytes = 0, flagBits = 0, next = 0] = move.fields;
      driver.writeDescriptor(table + 16 * move.index, buffer, bytes, flagBits, next);
      break;
    }
    case "available":
      memory.view(driver.available + 4 + 2 * move.entry, 2).setUint16(0, move.head, true);
      break;
    case "index":
      memory.view(driver.available + 2, 2).setUint16(0, move.value, true);
      break;
    case "move ring":
      device.write(0x44, 4, 0);
      device.write(move.register, 4, move.value);
      device.write(0x44, 4, 1);
      break;
    case "notify":
      driver.notify();
      break;
    case "wait":
      clock.advance(move.nanoseconds);
      break;
  }
}
