import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { ManualClock } from "../../../../tests/contracts/support/manual-clock.ts";
import {
  negotiate,
  setUpQueue,
  VirtioDriver,
} from "../../../../tests/contracts/support/virtio-driver.ts";
import { Wire } from "../../../../tests/contracts/support/wire.ts";
import { Loopback } from "../network/loopback.ts";
import type { NetBackend } from "../network/net-backend.ts";
import { NetHub } from "../network/net-hub.ts";
import { networkLatency, travelTime } from "../network/travel-time.ts";
import { VirtioMmio } from "./virtio-mmio.ts";
import { VirtioNet } from "./virtio-net.ts";

const mac = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const mergeable = 1 << 15;
const outgoing = 0x8002_0000;
const incoming = 0x8003_0000;
const headerBytes = 12;

/** A frame of so many bytes that can be told from others. */
function frameOf(bytes: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + seed) & 0xff);
}

function makeCard(backend: NetBackend = new Loopback(), features = mergeable) {
  const memory = new FlatMemory();
  const clock = new ManualClock();
  const device = new VirtioNet({ name: "net0", backend, mac, timers: clock.timers });
  const wire = new Wire();
  const mmio = new VirtioMmio({ name: "virtio0", irq: wire, memory, device });
  const receiver = new VirtioDriver(mmio, memory, 8, 0);
  const sender = new VirtioDriver(mmio, memory, 8, 1);
  receiver.start(features);
  sender.join();
  return { mmio, memory, clock, receiver, sender, wire, backend };
}

type Card = ReturnType<typeof makeCard>;

function send({ memory, sender }: Card, frame: Uint8Array): void {
  const packet = new Uint8Array(headerBytes + frame.length);
  packet.set(frame, headerBytes);
  memory.write(outgoing, packet);
  sender.offer({ address: outgoing, bytes: packet.length });
  sender.notify();
}

/** Gives the card empty buffers, one behind the other in memory. */
function offerBuffers({ receiver }: Card, count: number, bytes: number): void {
  for (let at = 0; at < count; at++) {
    receiver.offer({ address: incoming + at * bytes, bytes, writable: true });
  }
  receiver.notify();
}

function bytesAt(memory: FlatMemory, address: number, bytes: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  memory.read(address, copy);
  return copy;
}

describe("VirtioNet", () => {
  test("tells its address and that the link is up", () => {
    const { mmio } = makeCard();
    expect(mmio.read(0x08, 4)).toBe(1);
    expect(mac.every((byte, at) => mmio.read(0x100 + at, 1) === byte)).toBe(true);
    expect(mmio.read(0x106, 2)).toBe(1);
    expect(mmio.read(0x10, 4) & 0xff_ffff).toBe((1 << 5) | (1 << 15) | (1 << 16));
  });

  test("what goes through the loopback comes back after its travel time, not before", () => {
    const card = makeCard();
    const frame = frameOf(100);
    offerBuffers(card, 1, 2000);
    send(card, frame);
    expect(card.sender.collect()).toHaveLength(1);
    card.clock.advance(travelTime(frame) - 1);
    expect(card.receiver.collect()).toEqual([]);
    card.clock.advance(1);
    expect(card.receiver.collect()).toEqual([{ head: 0, bytes: headerBytes + 100 }]);
    expect(bytesAt(card.memory, incoming + headerBytes, 100)).toEqual(frame);
    expect(card.memory.view(incoming + 10, 2).getUint16(0, true)).toBe(1);
    expect(card.wire.level).toBe(true);
  });

  test("a frame larger than a buffer is spread over several and says how many", () => {
    const card = makeCard();
    const frame = frameOf(250);
    offerBuffers(card, 4, 100);
    send(card, frame);
    card.clock.advance(1e6);
    expect(card.receiver.collect().map(({ bytes }) => bytes)).toEqual([100, 100, 62]);
    expect(card.memory.view(incoming + 10, 2).getUint16(0, true)).toBe(3);
    expect(bytesAt(card.memory, incoming + headerBytes, 250)).toEqual(frame);
  });

  test("without mergeable buffers a frame that does not fit is lost and the buffer kept", () => {
    const card = makeCard(new Loopback(), 0);
    offerBuffers(card, 1, 100);
    send(card, frameOf(200));
    send(card, frameOf(60, 2));
    card.clock.advance(1e6);
    expect(card.receiver.collect()).toEqual([{ head: 0, bytes: headerBytes + 60 }]);
    expect(card.receiver.status).toBe(15);
  });

  test("a driver of the time before virtio 1.0 sees headers of 10 bytes", () => {
    const card = makeCard();
    negotiate(card.mmio, 0, 0);
    setUpQueue(card.mmio, 0, card.receiver);
    card.sender.join();
    card.mmio.write(0x70, 4, 15);
    offerBuffers(card, 1, 200);
    card.memory.write(outgoing + 10, frameOf(60));
    card.sender.offer({ address: outgoing, bytes: 70 });
    card.sender.notify();
    card.clock.advance(1e6);
    expect(card.receiver.collect()).toEqual([{ head: 0, bytes: 70 }]);
    expect(bytesAt(card.memory, incoming + 10, 60)).toEqual(frameOf(60));
  });

  test("frames wait in order for buffers, and the oldest are kept when too many come", () => {
    const card = makeCard();
    for (let count = 0; count < 300; count++) send(card, frameOf(20, count));
    card.clock.advance(1e7);
    const seeds: number[] = [];
    for (let round = 0; round < 300; round++) {
      offerBuffers(card, 1, 100);
      if (card.receiver.collect().length === 0) break;
      seeds.push(card.memory.view(incoming + headerBytes, 1).getUint8(0));
    }
    expect(seeds).toEqual(Array.from({ length: 256 }, (_, count) => count & 0xff));
  });

  test("frames that are too short to be any are not sent", () => {
    const card = makeCard();
    offerBuffers(card, 1, 100);
    send(card, frameOf(13));
    card.clock.advance(1e6);
    expect(card.sender.collect()).toHaveLength(1);
    expect(card.receiver.collect()).toEqual([]);
  });

  test.each([
    [
      "a packet without a header",
      (card: Card) => {
        card.sender.offer({ address: outgoing, bytes: 11 });
        card.sender.notify();
      },
    ],
    ["a receive buffer without room for the header", (card: Card) => offerBuffers(card, 1, 11)],
    [
      "a receive buffer that cannot be written",
      (card: Card) => {
        card.receiver.offer({ address: incoming, bytes: 2000 });
        card.receiver.notify();
      },
    ],
  ])("%s needs a reset", (_what, breakRule) => {
    const card = makeCard();
    breakRule(card);
    expect(card.receiver.status & 0x40).toBe(0x40);
  });

  test("any frames through any buffers arrive whole and in order", () => {
    const sizes = fc.array(fc.integer({ min: 14, max: 1514 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 12, max: 1600 }), (all, bufferBytes) => {
        const card = makeCard();
        for (const [seed, bytes] of all.entries()) send(card, frameOf(bytes, seed));
        const arrived: Uint8Array[] = [];
        let parts: Uint8Array[] = [];
        let left = 0;
        for (let round = 0; round < 2000 && arrived.length < all.length; round++) {
          const bytes = Math.max(bufferBytes, 250);
          offerBuffers(card, 1, bytes);
          card.clock.advance(1e6);
          for (const used of card.receiver.collect()) {
            const at = incoming;
            if (left === 0) left = card.memory.view(at + 10, 2).getUint16(0, true);
            parts.push(bytesAt(card.memory, at, used.bytes));
            if (--left > 0) continue;
            arrived.push(Uint8Array.from(parts.flatMap((part) => [...part])).subarray(headerBytes));
            parts = [];
          }
          if (all.some((size) => size + headerBytes > bytes)) return;
        }
        expect(arrived).toEqual(all.map((bytes, seed) => frameOf(bytes, seed)));
      }),
      { numRuns: 50 },
    );
  });

  test("frames under way and buffers survive saving and restoring", () => {
    const card = makeCard();
    offerBuffers(card, 1, 200);
    send(card, frameOf(50));
    const state = structuredClone(card.mmio.save());
    const clock = new ManualClock();
    const wire = new Wire();
    const device = VirtioNet.restore(
      { name: "net0", backend: new Loopback(), mac, timers: clock.timers },
      state.device,
    );
    VirtioMmio.restore({ name: "virtio0", irq: wire, memory: card.memory, device }, state);
    clock.advance(1e6);
    expect(card.receiver.collect()).toEqual([{ head: 0, bytes: 62 }]);
    expect(wire.level).toBe(true);
  });
});

describe("NetHub", () => {
  test("what one card sends all others receive, the sender does not", () => {
    const hub = new NetHub();
    const cards = [hub.port(), hub.port(), hub.port()].map((port) => makeCard(port));
    for (const card of cards) offerBuffers(card, 1, 200);
    const [first] = cards;
    if (first) send(first, frameOf(80));
    const received = cards.map((card) => {
      card.clock.advance(1e6);
      return card.receiver.collect().length;
    });
    expect(received).toEqual([0, 1, 1]);
  });

  test("machines run in turn by slices of the latency see frames at the same time as alone", () => {
    const arrivals = [networkLatency, networkLatency / 4].map((slice) => {
      const hub = new NetHub();
      const one = makeCard(hub.port());
      const two = makeCard(hub.port());
      offerBuffers(two, 4, 200);
      const seen: number[] = [];
      for (let now = 0; now < 200_000; now += slice) {
        one.clock.advance(slice);
        if (now === 40_000 || now === 80_000) send(one, frameOf(60));
        for (let passed = 0; passed < slice; passed += 100) {
          two.clock.advance(100);
          if (two.receiver.collect().length > 0) seen.push(two.clock.timers.now());
        }
      }
      return seen.length;
    });
    expect(arrivals).toEqual([2, 2]);
  });

  test("a frame that comes when its card has not been started is lost", () => {
    const hub = new NetHub();
    const one = makeCard(hub.port());
    const two = makeCard(hub.port());
    two.mmio.write(0x70, 4, 0);
    send(one, frameOf(60));
    two.receiver.start(mergeable);
    offerBuffers(two, 1, 200);
    two.clock.advance(1e6);
    expect(two.receiver.collect()).toEqual([]);
  });
});
