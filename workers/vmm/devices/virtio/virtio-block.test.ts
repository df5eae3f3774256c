import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { ManualClock } from "../../../../tests/contracts/support/manual-clock.ts";
import { MemoryDisk } from "../../../../tests/contracts/support/memory-disk.ts";
import { VirtioDriver } from "../../../../tests/contracts/support/virtio-driver.ts";
import { Wire } from "../../../../tests/contracts/support/wire.ts";
import { VirtioBlock } from "./virtio-block.ts";
import { VirtioMmio } from "./virtio-mmio.ts";

const type = { in: 0, out: 1, flush: 4, getId: 8, discard: 11, writeZeroes: 13 };
const status = { ok: 0, ioError: 1, unsupported: 2 };
const header = 0x8001_0000;
const data = 0x8002_0000;
const statusByte = 0x8001_8000;
const sectors = 64;

describe("VirtioBlock", () => {
  test("says how large it is, how many segments it takes, and what it can do", () => {
    const { mmio } = makeDisk();
    expect([mmio.read(0x100, 4), mmio.read(0x104, 4)]).toEqual([sectors, 0]);
    expect([mmio.read(0x10c, 4), mmio.read(0x114, 4)]).toEqual([254, 512]);
    expect(mmio.read(0x100, 1)).toBe(sectors);
    expect(mmio.read(0x10, 4) & 0xffff).toBe(0x6244);
    const largest = 16 * 2048;
    expect([0x24, 0x28, 0x2c].map((at) => mmio.read(0x100 + at, 4))).toEqual([largest, 1, 1]);
    expect([0x30, 0x34].map((at) => mmio.read(0x100 + at, 4))).toEqual([largest, 1]);
    expect(mmio.read(0x138, 1)).toBe(1);
    expect(makeDisk({ readOnly: true }).mmio.read(0x10, 4) & 0xffff).toBe(0x264);
  });

  test("reads sectors into any number of buffers", () => {
    const { driver, disk, memory, submit } = makeDisk();
    disk.bytesAt(3 * 512, 1024).fill(0xab);
    const answer = submit(type.in, 3, [
      { address: data, bytes: 100, writable: true },
      { address: data + 200, bytes: 924, writable: true },
    ]);
    expect(answer).toEqual({ status: status.ok, used: [{ head: 0, bytes: 1025 }] });
    expect(memory.view(data + 99, 1).getUint8(0)).toBe(0xab);
    expect(memory.view(data + 100, 1).getUint8(0)).toBe(0);
    expect(memory.view(data + 1123, 1).getUint8(0)).toBe(0xab);
    expect(driver.interruptStatus).toBe(1);
  });

  test("writes what it was given, and reads it back", () => {
    const { disk, memory, submit } = makeDisk();
    memory.view(data, 512).setUint32(508, 0xdead_beef);
    expect(submit(type.out, 63, [{ address: data, bytes: 512 }]).status).toBe(status.ok);
    expect([...disk.bytesAt(64 * 512 - 4, 4)]).toEqual([0xde, 0xad, 0xbe, 0xef]);
  });

  test("moves requests larger than one chunk", () => {
    const { disk, memory, submit } = makeDisk({ sectors: 1024 });
    disk.bytesAt(0, 512 * 1024).forEach((_, index, bytes) => {
      bytes[index] = index >>> 9;
    });
    submit(type.in, 1, [{ address: data, bytes: 200 * 1024, writable: true }]);
    const last = memory.view(data + 200 * 1024 - 1, 1).getUint8(0);
    expect(last).toBe((1 + 399) & 0xff);
  });

  test("flushes the back end", () => {
    const { disk, submit } = makeDisk();
    expect(submit(type.flush, 0, []).status).toBe(status.ok);
    expect(disk.flushes).toBe(1);
  });

  test("tells its serial number", () => {
    const { memory, submit } = makeDisk({ serial: "disk-0123456789-abcdefgh" });
    const answer = submit(type.getId, 0, [{ address: data, bytes: 20, writable: true }]);
    expect(answer).toEqual({ status: status.ok, used: [{ head: 0, bytes: 21 }] });
    const letters = Array.from({ length: 20 }, (_, at) => memory.view(data + at, 1).getUint8(0));
    expect(String.fromCharCode(...letters)).toBe("disk-0123456789-abcd");
  });

  test.each([
    ["beyond the end", type.in, sectors, 512, status.ioError],
    ["across the end", type.in, sectors - 1, 1024, status.ioError],
    ["far beyond the end", type.in, 2 ** 62, 512, status.ioError],
    ["of part of a sector", type.in, 0, 100, status.ioError],
    ["of an unknown type", 99, 0, 512, status.unsupported],
  ])("a request %s fails without touching the data", (_what, kind, sector, bytes, expected) => {
    const { disk, memory, submit } = makeDisk();
    disk.bytesAt(0, sectors * 512).fill(1);
    const answer = submit(kind, sector, [{ address: data, bytes, writable: true }]);
    expect(answer).toEqual({ status: expected, used: [{ head: 0, bytes: 1 }] });
    expect(memory.view(data, 1).getUint8(0)).toBe(0);
  });

  const range = (memory: FlatMemory, sector: number, count: number, flags = 0) => {
    memory.view(data, 16).setBigUint64(0, BigInt(sector), true);
    memory.view(data, 16).setUint32(8, count, true);
    memory.view(data, 16).setUint32(12, flags, true);
    return [{ address: data, bytes: 16 }];
  };

  test("writes zeroes to the sectors named, and to no others", () => {
    const { disk, memory, submit } = makeDisk();
    disk.bytesAt(0, sectors * 512).fill(1);
    expect(submit(type.writeZeroes, 0, range(memory, 2, 3, 1)).status).toBe(status.ok);
    expect(
      disk.bytesAt(0, sectors * 512).every((byte, at) => byte === Number(at < 1024 || at >= 2560)),
    ).toBe(true);
  });

  test("takes a discard as a hint and keeps the data", () => {
    const { disk, memory, submit } = makeDisk();
    disk.bytesAt(0, 512).fill(1);
    expect(submit(type.discard, 0, range(memory, 0, sectors)).status).toBe(status.ok);
    expect(disk.bytesAt(0, 512).every((byte) => byte === 1)).toBe(true);
  });

  test.each([
    ["beyond the end", 0, sectors + 1, 0, status.ioError],
    ["far beyond the end", 2 ** 62, 1, 0, status.ioError],
    ["that is too large", 0, 0xffff_ffff, 0, status.ioError],
    ["with an unknown flag", 0, 1, 2, status.unsupported],
  ])("refuses to erase a range %s", (_what, sector, count, flags, expected) => {
    for (const kind of [type.discard, type.writeZeroes]) {
      const { disk, memory, submit } = makeDisk();
      expect(submit(kind, 0, range(memory, sector, count, flags)).status).toBe(expected);
      expect(disk.writes).toBe(0);
    }
  });

  test("refuses more than one range, part of one, and a read-only disk", () => {
    const two = makeDisk();
    expect(two.submit(type.writeZeroes, 0, [{ address: data, bytes: 32 }]).status).toBe(
      status.ioError,
    );
    expect(two.submit(type.discard, 0, [{ address: data, bytes: 8 }]).status).toBe(status.ioError);
    const { memory, submit } = makeDisk({ readOnly: true });
    expect(submit(type.writeZeroes, 0, range(memory, 0, 1)).status).toBe(status.ioError);
  });

  test("a read-only disk refuses writes", () => {
    const { disk, submit } = makeDisk({ readOnly: true });
    expect(submit(type.out, 0, [{ address: data, bytes: 512 }]).status).toBe(status.ioError);
    expect(disk.writes).toBe(0);
  });

  test("completes in guest time, in the order of submission, larger requests later", () => {
    const { clock, driver, offer } = makeDisk();
    const first = offer(type.in, 0, [{ address: data, bytes: 1024, writable: true }]);
    const second = offer(type.flush, 0, []);
    driver.notify();
    clock.advance(21_023);
    expect(driver.collect()).toEqual([]);
    clock.advance(1);
    expect(driver.collect().map(({ head }) => head)).toEqual([first]);
    clock.advance(19_999);
    expect(driver.collect()).toEqual([]);
    clock.advance(1);
    expect(driver.collect().map(({ head }) => head)).toEqual([second]);
  });

  test("a reset forgets the requests under way", () => {
    const { mmio, clock, driver, disk, offer } = makeDisk();
    offer(type.out, 0, [{ address: data, bytes: 512 }]);
    driver.notify();
    mmio.write(0x70, 4, 0);
    clock.advance(1_000_000);
    expect(disk.writes).toBe(0);
    expect(driver.collect()).toEqual([]);
  });

  test("requests under way survive saving and restoring", () => {
    const before = makeDisk();
    before.offer(type.in, 1, [{ address: data, bytes: 512, writable: true }]);
    before.driver.notify();
    before.clock.advance(10_000);
    const state = structuredClone(before.mmio.save());

    const clock = new ManualClock();
    clock.advanceTo(10_000);
    before.disk.bytesAt(512, 512).fill(7);
    const device = VirtioBlock.restore(
      { name: "disk0", backend: before.disk, readOnly: false, timers: clock.timers },
      state.device,
    );
    const wire = new Wire();
    const resources = { name: "virtio0", irq: wire, memory: before.memory, device };
    const restored = VirtioMmio.restore(resources, state);
    expect(restored.save()).toEqual(state);
    clock.advanceTo(20_511);
    expect(wire.level).toBe(false);
    clock.advanceTo(20_512);
    expect(wire.level).toBe(true);
    expect(before.memory.view(data, 1).getUint8(0)).toBe(7);
    expect(before.driver.collect()).toEqual([{ head: 0, bytes: 513 }]);
  });

  test("a buffer without header or without status byte needs a reset", () => {
    for (const buffer of [
      { address: header, bytes: 15 },
      { address: header, bytes: 16 },
      { address: statusByte, bytes: 1, writable: true },
    ]) {
      const { driver } = makeDisk();
      driver.offer(buffer);
      driver.notify();
      expect(driver.status & 0x40).toBe(0x40);
    }
  });
});

interface Buffer {
  readonly address: number;
  readonly bytes: number;
  readonly writable?: boolean;
}

function makeDisk(options: { readOnly?: boolean; serial?: string; sectors?: number } = {}) {
  const memory = new FlatMemory();
  const clock = new ManualClock();
  const disk = new MemoryDisk((options.sectors ?? sectors) * 512);
  const block = new VirtioBlock({
    name: "disk0",
    backend: disk,
    readOnly: options.readOnly ?? false,
    timers: clock.timers,
    ...(options.serial === undefined ? {} : { serial: options.serial }),
  });
  const mmio = new VirtioMmio({ name: "virtio0", irq: new Wire(), memory, device: block });
  const driver = new VirtioDriver(mmio, memory);
  driver.start();

  let offered = 0;
  const offer = (kind: number, sector: number, buffers: readonly Buffer[]) => {
    const address = header + 16 * offered++;
    const view = memory.view(address, 16);
    view.setUint32(0, kind, true);
    view.setBigUint64(8, BigInt(sector), true);
    return driver.offer({ address, bytes: 16 }, ...buffers, {
      address: statusByte,
      bytes: 1,
      writable: true,
    });
  };
  const submit = (kind: number, sector: number, buffers: readonly Buffer[]) => {
    memory.view(statusByte, 1).setUint8(0, 0xff);
    offer(kind, sector, buffers);
    driver.notify();
    clock.advance(10_000_000);
    return { status: memory.view(statusByte, 1).getUint8(0), used: driver.collect() };
  };
  return { mmio, memory, clock, disk, driver, offer, submit };
}
