import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import {
  eventIndexFeature,
  VirtioDriver,
} from "../../../../tests/contracts/support/virtio-driver.ts";
import { Wire } from "../../../../tests/contracts/support/wire.ts";
import { EmptyVirtioSlot } from "./empty-virtio-slot.ts";
import type { VirtioDevice } from "./virtio-device.ts";
import { VirtioMmio } from "./virtio-mmio.ts";
import type { Virtqueue } from "./virtqueue.ts";

const featuresOk = 8;
const needsReset = 0x40;

describe("VirtioMmio", () => {
  test("says what it is as QEMU's modern transport does", () => {
    const { mmio } = makeEcho();
    const offsets = [0x000, 0x004, 0x008, 0x00c, 0x034, 0x0b0, 0x0b4, 0x0fc];
    expect(offsets.map((offset) => mmio.read(offset, 4))).toEqual([
      0x7472_6976, 2, 42, 0x554d_4551, 1024, 0xffff_ffff, 0xffff_ffff, 0,
    ]);
  });

  test("a slot without a device has device type 0", () => {
    const slot = new EmptyVirtioSlot({ name: "virtio7" });
    expect([0x000, 0x004, 0x008, 0x00c, 0x070].map((offset) => slot.read(offset, 4))).toEqual([
      0x7472_6976, 2, 0, 0x554d_4551, 0,
    ]);
  });

  test("offers the device's features, indirect descriptors, event index and VERSION_1", () => {
    const { mmio } = makeEcho();
    const featuresOf = (select: number) => {
      mmio.write(0x14, 4, select);
      return mmio.read(0x10, 4);
    };
    expect([featuresOf(0), featuresOf(1), featuresOf(2)]).toEqual([0x3000_0020, 1, 0]);
  });

  test("refuses FEATURES_OK to a driver that wants what is not offered", () => {
    const { mmio } = makeEcho();
    mmio.write(0x20, 4, 0x40);
    mmio.write(0x70, 4, 3 | featuresOk);
    expect(mmio.read(0x70, 4)).toBe(3);
    mmio.write(0x20, 4, 0x20);
    mmio.write(0x70, 4, 3 | featuresOk);
    expect(mmio.read(0x70, 4)).toBe(3 | featuresOk);
  });

  test("accepts a driver without VERSION_1, as xv6's is", () => {
    const { mmio } = makeEcho();
    mmio.write(0x20, 4, 0);
    mmio.write(0x70, 4, 3 | featuresOk);
    expect(mmio.read(0x70, 4)).toBe(3 | featuresOk);
  });

  test("features are settled once FEATURES_OK stands", () => {
    const { mmio } = makeEcho();
    mmio.write(0x70, 4, 3 | featuresOk);
    mmio.write(0x20, 4, 0x20);
    expect(mmio.save().driverFeaturesLow).toBe(0);
  });

  test("a queue is ready when it has a size that the device can do", () => {
    const { mmio } = makeEcho();
    for (const [size, ready] of [
      [0, 0],
      [1025, 0],
      [1024, 1],
    ] as const) {
      mmio.write(0x38, 4, size);
      mmio.write(0x44, 4, 1);
      expect(mmio.read(0x44, 4)).toBe(ready);
    }
    mmio.write(0x30, 4, 1);
    expect([mmio.read(0x34, 4), mmio.read(0x44, 4)]).toEqual([0, 0]);
  });

  test("buffers come back through the used ring, with an interrupt that can be acknowledged", () => {
    const { mmio, driver, wire } = makeEcho();
    driver.start();
    const first = driver.offer({ address: driver.used + 0x1000, bytes: 16, writable: true });
    const second = driver.offer({ address: driver.used + 0x2000, bytes: 32, writable: true });
    driver.notify();
    expect(driver.collect()).toEqual([
      { head: first, bytes: 16 },
      { head: second, bytes: 32 },
    ]);
    expect([driver.interruptStatus, wire.level]).toEqual([1, true]);
    mmio.write(0x64, 4, 1);
    expect([driver.interruptStatus, wire.level]).toEqual([0, false]);
  });

  test("goes round the ring and round the 16-bit indices", () => {
    const { driver } = makeEcho();
    driver.start();
    for (let round = 0; round < 70_000; round++) {
      driver.offer({ address: driver.used + 0x1000, bytes: (round & 0xff) + 1, writable: true });
      driver.notify();
      const bytes = driver.collect().map((element) => element.bytes);
      if (bytes.length !== 1 || bytes[0] !== (round & 0xff) + 1) {
        expect({ round, bytes }).toBeUndefined();
      }
    }
  });

  test("does not interrupt a driver that asked for silence", () => {
    const { driver, wire, memory } = makeEcho();
    driver.start();
    memory.view(driver.available, 2).setUint16(0, 1, true);
    driver.offer({ address: driver.used + 0x1000, bytes: 16, writable: true });
    driver.notify();
    expect(driver.collect()).toHaveLength(1);
    expect(wire.level).toBe(false);
  });

  test("with event index interrupts at the event only, and says which notification it wants", () => {
    const { driver, wire, memory } = makeEcho();
    driver.start(eventIndexFeature);
    const setUsedEvent = (value: number) =>
      memory.view(driver.available + 4 + 2 * driver.size, 2).setUint16(0, value, true);
    setUsedEvent(1);
    driver.offer({ address: driver.used + 0x1000, bytes: 16, writable: true });
    driver.notify();
    expect(wire.raises).toBe(0);
    driver.offer({ address: driver.used + 0x1000, bytes: 16, writable: true });
    driver.notify();
    expect(wire.raises).toBe(1);
    const availableEvent = memory.view(driver.used + 4 + 8 * driver.size, 2).getUint16(0, true);
    expect(availableEvent).toBe(2);
  });

  test("a driver that breaks the rules has to reset the device", () => {
    const { mmio, driver, wire } = makeEcho();
    driver.start();
    driver.makeAvailable(driver.size);
    driver.notify();
    expect(driver.status & needsReset).toBe(needsReset);
    expect([driver.interruptStatus, wire.level]).toEqual([2, true]);
    mmio.write(0x70, 4, 15);
    expect(driver.status & needsReset).toBe(needsReset);
    mmio.write(0x70, 4, 0);
    expect([driver.status, driver.interruptStatus, wire.level]).toEqual([0, 0, false]);
    expect(mmio.read(0x44, 4)).toBe(0);
  });

  test("says which queue was notified", () => {
    const { driver, notified } = makeEcho();
    driver.notify();
    driver.start();
    driver.notify();
    expect(notified).toEqual([0]);
  });
});

/** Gives every buffer back as full, at once. */
class Echo implements VirtioDevice<null> {
  readonly deviceId = 42;
  readonly features = 0x20;
  readonly queues = 1;
  #queue: Virtqueue | undefined;

  connect([queue]: readonly Virtqueue[]): void {
    this.#queue = queue;
  }

  notify(): void {
    this.#queue?.drain((buffer) => {
      this.#queue?.push(
        buffer,
        buffer.writable.reduce((sum, segment) => sum + segment.bytes, 0),
      );
    });
  }

  readConfig(): number {
    return 0;
  }

  reset(): void {}

  save(): null {
    return null;
  }
}

function makeEcho() {
  const memory = new FlatMemory();
  const wire = new Wire();
  const notified: number[] = [];
  const mmio = new VirtioMmio({
    name: "virtio0",
    irq: wire,
    memory,
    device: new Echo(),
    onNotify: (queue) => notified.push(queue),
  });
  return { mmio, driver: new VirtioDriver(mmio, memory), wire, memory, notified };
}
