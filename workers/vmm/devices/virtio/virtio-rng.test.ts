import { expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { VirtioDriver } from "../../../../tests/contracts/support/virtio-driver.ts";
import { Wire } from "../../../../tests/contracts/support/wire.ts";
import { VirtioMmio } from "./virtio-mmio.ts";
import { VirtioRng } from "./virtio-rng.ts";

const target = 0x8002_0000;

test("fills a buffer with bytes that follow from the seed", () => {
  const first = bytesFrom(makeRng(5), 64);
  expect(bytesFrom(makeRng(5), 64)).toEqual(first);
  expect(bytesFrom(makeRng(6), 64)).not.toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(40);
});

test("two requests get different bytes", () => {
  const rng = makeRng(5);
  expect(bytesFrom(rng, 16)).not.toEqual(bytesFrom(rng, 16));
});

test("fills at most 4096 bytes of a large buffer and says so", () => {
  const { driver, memory } = makeRng(5);
  driver.offer({ address: target, bytes: 0x2000, writable: true });
  driver.notify();
  expect(driver.collect()).toEqual([{ head: 0, bytes: 4096 }]);
  expect(memory.view(target + 4096, 4).getUint32(0)).toBe(0);
});

test("a ring that feeds itself ends: each notification does the queue's size of work at most", () => {
  const { mmio, driver, memory } = makeRng(5);
  driver.start();
  // The used ring lies over the available ring, so that each buffer given back offers another.
  mmio.write(0x44, 4, 0);
  mmio.write(0xa0, 4, driver.available);
  mmio.write(0x44, 4, 1);
  driver.setDescriptor(0, target, 16, 2);
  memory.view(driver.available, 4).setUint16(2, 1, true);
  driver.notify();
  expect(memory.view(driver.available, 4).getUint16(2, true)).toBeLessThanOrEqual(driver.size);
});

function makeRng(seed: number) {
  const memory = new FlatMemory();
  const device = new VirtioRng({ seed });
  const mmio = new VirtioMmio({ name: "virtio0", irq: new Wire(), memory, device });
  const driver = new VirtioDriver(mmio, memory);
  driver.start();
  return { mmio, memory, driver };
}

function bytesFrom({ memory, driver }: ReturnType<typeof makeRng>, bytes: number): number[] {
  driver.offer({ address: target, bytes, writable: true });
  driver.notify();
  expect(driver.collect().map((element) => element.bytes)).toEqual([bytes]);
  return Array.from({ length: bytes }, (_, at) => memory.view(target + at, 1).getUint8(0));
}
