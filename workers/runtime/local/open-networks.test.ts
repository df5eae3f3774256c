import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NetBackend } from "../../vmm/mod.ts";
import type { LocalNetwork } from "./local-run.ts";
import { openNetworks } from "./open-networks.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-networks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const frame = new Uint8Array(60).fill(7);
const hub = (behind?: string) => ({ kind: "hub", hub: 0, behind }) as const;

function network(name: string, end: LocalNetwork["end"]): LocalNetwork {
  return { name, end, captures: [] };
}

/** Plugs a card in and gives what it hears. */
function card(networks: ReadonlyMap<string, NetBackend>, name: string): Uint8Array[] {
  const heard: Uint8Array[] = [];
  networks.get(name)?.attach((received) => heard.push(received));
  return heard;
}

describe("the networks of a run", () => {
  test("two cards of one hub hear each other and not themselves", async () => {
    const { networks, isReachable } = await openNetworks(
      [network("a", hub()), network("b", hub())],
      () => {},
    );
    const [one, two] = [card(networks, "a"), card(networks, "b")];
    networks.get("a")?.send(frame, 5);
    expect([one, two]).toEqual([[], [frame]]);
    expect(isReachable).toBe(false);
  });

  test("a network that is plugged into a hub reaches its cards, wherever it is written", async () => {
    const address = { kind: "unix", path: join(folder, "s") } as const;
    let arrivals = 0;
    const far = await openNetworks(
      [network("x", { kind: "stream", address, listens: true })],
      () => {},
    );
    const near = await openNetworks(
      [
        network("p", hub("n")),
        network("c", hub()),
        network("n", { kind: "stream", address, listens: false }),
      ],
      () => arrivals++,
    );
    expect(near.isReachable).toBe(true);
    const [atFar, atNear] = [card(far.networks, "x"), card(near.networks, "c")];
    while (atNear.length === 0) {
      far.networks.get("x")?.send(frame, 0);
      await setTimeout(10);
    }
    expect(atNear[0]).toEqual(frame);
    expect(arrivals).toBeGreaterThan(0);
    near.networks.get("c")?.send(frame, 9);
    while (atFar.length === 0) await setTimeout(10);
    expect(atFar[0]).toEqual(frame);
    expect(near.descriptions.map(({ name }) => name)).toEqual(["n", "p", "c"]);
    await near.close();
    await far.close();
  });

  test("a far end that is not there, or a capture that cannot be written, is said in a sentence", async () => {
    const address = { kind: "unix", path: join(folder, "nobody") } as const;
    await expect(
      openNetworks([network("n", { kind: "stream", address, listens: false })], () => {}),
    ).rejects.toMatchObject({ code: "network-unreachable" });
    const captures = [{ file: folder, mostBytes: 64 }];
    await expect(
      openNetworks([{ name: "n", end: { kind: "none" }, captures }], () => {}),
    ).rejects.toMatchObject({ code: "capture-unwritable" });
  });
});
