import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { ManualClock } from "../../../../tests/contracts/support/manual-clock.ts";
import { MemoryDisk } from "../../../../tests/contracts/support/memory-disk.ts";
import { PackedDriver } from "../../../../tests/contracts/support/packed-driver.ts";
import {
  eventIndexFeature,
  negotiate,
  VirtioDriver,
} from "../../../../tests/contracts/support/virtio-driver.ts";
import { Wire } from "../../../../tests/contracts/support/wire.ts";
import { VirtioBlock } from "./virtio-block.ts";
import { VirtioMmio } from "./virtio-mmio.ts";

const header = 0x8001_0000;
const data = 0x8002_0000;
const table = 0x8003_0000;
const long = 1e9;

function makeDisk(size = 8) {
  const memory = new FlatMemory();
  const clock = new ManualClock();
  const wire = new Wire();
  const disk = new MemoryDisk(64 * 512);
  const resources = { name: "disk0", backend: disk, readOnly: false, timers: clock.timers };
  const device = new VirtioBlock(resources);
  const mmio = new VirtioMmio({ name: "virtio0", irq: wire, memory, device, packed: true });
  return { mmio, memory, clock, wire, disk, driver: new PackedDriver(mmio, memory, size) };
}

/** The buffers of one read of a sector. */
function readSector(memory: FlatMemory, sector: number, slot: number) {
  const at = header + 32 * slot;
  memory.view(at, 16).setUint32(0, 0, true);
  memory.view(at, 16).setBigUint64(8, BigInt(sector), true);
  return [
    { address: at, bytes: 16 },
    { address: data + 512 * slot, bytes: 512, writable: true },
    { address: at + 16, bytes: 1, writable: true },
  ];
}

describe("packed rings", () => {
  test("carry requests over many laps, also through indirect tables", () => {
    const { memory, clock, disk, driver } = makeDisk();
    driver.start();
    for (let round = 0; round < 40; round++) {
      disk.bytesAt(512 * (round % 64), 512).fill(round + 1);
      const buffers = readSector(memory, round % 64, 0);
      const id =
        round % 3 === 0 ? driver.offerIndirect(table, ...buffers) : driver.offer(...buffers);
      driver.notify();
      clock.advance(long);
      expect(driver.collect()).toEqual([{ head: id, bytes: 513 }]);
      expect(memory.view(data, 512).getUint8(511)).toBe(round + 1);
    }
    expect(driver.status).toBe(15);
  });

  test("a queue whose size is no power of two works, too", () => {
    const { memory, clock, driver } = makeDisk(7);
    driver.start();
    for (let round = 0; round < 20; round++) {
      const ids = [
        driver.offer(...readSector(memory, 1, 0)),
        driver.offer(...readSector(memory, 2, 1)),
      ];
      driver.notify();
      clock.advance(long);
      expect(driver.collect().map(({ head }) => head)).toEqual(ids);
    }
  });

  test("interrupt when the driver's event comes, and not before", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 9 }),
        fc.array(fc.nat(20), { maxLength: 30 }),
        (size, waits) => {
          const { mmio, memory, clock, driver } = makeDisk(size);
          driver.start(eventIndexFeature);
          for (const wait of waits) {
            const entry = wait % size;
            driver.interruptAfter(entry);
            mmio.write(0x64, 4, 1);
            let entries = 0;
            while (entries <= entry) {
              expect(driver.interruptStatus).toBe(0);
              driver.offer(...readSector(memory, 0, 0));
              entries += 3;
              driver.notify();
              clock.advance(long);
              expect(driver.collect()).toHaveLength(1);
            }
            expect(driver.interruptStatus).toBe(1);
          }
        },
      ),
    );
  });

  test.each<[string, (memory: FlatMemory, driver: PackedDriver) => void]>([
    [
      "an indirect table inside another",
      (memory, driver) => {
        driver.offerIndirect(table, { address: data, bytes: 16 });
        memory.view(table, 16).setUint16(14, 4, true);
      },
    ],
    ["an empty indirect table", (_memory, driver) => driver.offerIndirect(table)],
    [
      "a chain without an end",
      (memory, driver) => {
        driver.offer(...readSector(memory, 0, 0));
        for (let entry = 0; entry < 8; entry++) {
          const view = memory.view(driver.descriptors + 16 * entry, 16);
          view.setBigUint64(0, BigInt(data), true);
          view.setUint32(8, 1, true);
          view.setUint16(14, 0x81, true);
        }
      },
    ],
    [
      "a buffer outside of RAM",
      (_memory, driver) => driver.offer({ address: 0x7fff_ffff, bytes: 16 }),
    ],
  ])("%s needs a reset", (_what, breakRule) => {
    const { memory, driver } = makeDisk();
    driver.start();
    breakRule(memory, driver);
    driver.notify();
    expect(driver.status & 0x40).toBe(0x40);
  });

  test("whatever the ring holds, nothing throws, and a reset heals", () => {
    const flags = fc.oneof(fc.nat(7), fc.nat(0xffff)).map((bits) => bits | 0x80);
    const address = fc.constantFrom(header, data, table, 0x8000_1000, 0x7fff_fff0, 2 ** 63);
    const bytes = fc.constantFrom(0, 1, 16, 17, 512, 0xffff_ffff);
    const entry = fc.tuple(fc.nat(7), address, bytes, fc.nat(0xffff), flags);
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 9 }), { maxLength: 12 }), (rounds) => {
        const { memory, clock, driver } = makeDisk();
        driver.start(eventIndexFeature);
        for (const entries of rounds) {
          for (const [at, buffer, length, id, bits] of entries) {
            const view = memory.view(driver.descriptors + 16 * at, 16);
            view.setBigUint64(0, BigInt(buffer), true);
            view.setUint32(8, length, true);
            view.setUint16(12, id, true);
            view.setUint16(14, bits, true);
          }
          driver.notify();
          clock.advance(30_000);
        }
        clock.advance(long);
        driver.start();
        driver.offer(...readSector(memory, 0, 0));
        driver.notify();
        clock.advance(long);
        expect(driver.collect()).toHaveLength(1);
        expect(driver.status).toBe(15);
      }),
      { numRuns: 300 },
    );
  });

  test("are not offered unless the machine is configured so", () => {
    const memory = new FlatMemory();
    const clock = new ManualClock();
    const backend = new MemoryDisk(512);
    const device = new VirtioBlock({ name: "d", backend, readOnly: false, timers: clock.timers });
    const mmio = new VirtioMmio({ name: "virtio0", irq: new Wire(), memory, device });
    mmio.write(0x14, 4, 1);
    expect(mmio.read(0x10, 4)).toBe(1);
    negotiate(mmio, 0, 0b101);
    expect(mmio.read(0x70, 4) & 8).toBe(0);
    new VirtioDriver(mmio, memory).start();
    expect(mmio.read(0x70, 4)).toBe(15);
  });
});
