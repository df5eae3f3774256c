import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCapture } from "./capture.ts";
import { openDatagramNetwork } from "./datagram-network.ts";
import type { HostNetwork } from "./host-network.ts";
import { openStreamNetwork } from "./stream-network.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-network-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A frame of 60 bytes, told apart by its last one. */
function frame(mark: number): Uint8Array {
  return new Uint8Array(60).fill(mark);
}

/** Waits for the next frame that reaches a card on this network. */
function arrivals(network: HostNetwork) {
  const waiting: ((frame: Uint8Array) => void)[] = [];
  const early: Uint8Array[] = [];
  network.attach((received) => {
    const next = waiting.shift();
    if (next === undefined) early.push(received);
    else next(received);
  });
  return {
    early,
    next: () =>
      new Promise<Uint8Array>((resolve) => {
        const [first] = early.splice(0, 1);
        if (first === undefined) waiting.push(resolve);
        else resolve(first);
      }),
  };
}

/** Sends until it arrives: nobody says when a connection is there. */
async function delivered(from: HostNetwork, mark: number, at: ReturnType<typeof arrivals>) {
  const repeat = setInterval(() => from.send(frame(mark), 0), 20);
  try {
    for (;;) {
      const received = await at.next();
      if (received[0] === mark) return received;
    }
  } finally {
    clearInterval(repeat);
  }
}

describe("networks of the host", () => {
  test("two ends of a stream pass frames on, both ways", async () => {
    const address = { kind: "unix", path: join(folder, "s") } as const;
    const one = await openStreamNetwork(address, { listens: true }, () => {});
    const two = await openStreamNetwork(address, { listens: false }, () => {});
    const [atOne, atTwo] = [arrivals(one), arrivals(two)];
    expect(await delivered(one, 1, atTwo)).toEqual(frame(1));
    expect(await delivered(two, 2, atOne)).toEqual(frame(2));
    await two.close();
    await one.close();
  });

  test("who sends no frames is disconnected, and the next one is welcome", async () => {
    const address = { kind: "unix", path: join(folder, "t") } as const;
    const one = await openStreamNetwork(address, { listens: true }, () => {});
    const stranger = connect(address.path);
    const gone = new Promise((resolve) => stranger.once("close", resolve));
    stranger.resume();
    stranger.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0));
    await gone;
    // Our side has heard of it one turn later.
    await setTimeout(100);
    const two = await openStreamNetwork(address, { listens: false }, () => {});
    expect(await delivered(one, 3, arrivals(two))).toEqual(frame(3));
    await two.close();
    await one.close();
  });

  test("a connection that nobody waits for is refused at once", async () => {
    const address = { kind: "unix", path: join(folder, "nobody") } as const;
    await expect(openStreamNetwork(address, { listens: false }, () => {})).rejects.toMatchObject({
      code: "ENOENT",
    });
  });

  test("a multicast group is a network on which nobody hears himself", async () => {
    const group = { host: "239.255.76.1", port: 20_000 + (process.pid % 20_000) };
    const local = { host: "127.0.0.1", port: 0 };
    const one = await openDatagramNetwork(group, local, () => {});
    const two = await openDatagramNetwork(group, local, () => {});
    const [atOne, atTwo] = [arrivals(one), arrivals(two)];
    expect(await delivered(one, 1, atTwo)).toEqual(frame(1));
    expect(await delivered(two, 2, atOne)).toEqual(frame(2));
    expect(atOne.early.every((received) => received[0] === 2)).toBe(true);
    await one.close();
    await two.close();
  });

  test("a capture has both directions with guest time, cut at its length", () => {
    const path = join(folder, "c.pcap");
    const capture = openCapture(path, 16);
    let arrive: (frame: Uint8Array, at: number) => void = () => {};
    const tapped = capture.tap({
      attach: (receive) => {
        arrive = receive;
      },
      send: () => {},
    });
    tapped.attach(() => {});
    tapped.send(frame(1), 2_000_003_000);
    arrive(frame(2), 0);
    capture.close();
    const file = readFileSync(path);
    const words = [0, 4, 8, 12].map((offset) => file.readUInt32BE(24 + offset));
    expect(words).toEqual([2, 3, 16, 60]);
    expect(file.length).toBe(24 + 2 * (16 + 16));
    // A frame from outside has no time of its own: it comes after what was before it.
    expect(file.readUInt32BE(24 + 32)).toBe(2);
    expect(file[24 + 32 + 16]).toBe(2);
  });
});
