import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NetBackend } from "../../vmm/mod.ts";
import { RestrictedNetwork } from "./restricted-network.ts";

const [router, outside] = ["10.0.2.2", "1.2.3.4"];
const guest = "10.0.2.15";
const [tcp, udp, icmp] = [6, 17, 1];
const [synchronise, acknowledge] = [0x02, 0x10];

interface Words {
  readonly protocol: number;
  readonly from?: readonly [address: string, port: number];
  readonly to: readonly [address: string, port: number];
  readonly flags?: number;
  readonly fragment?: number;
}

function packet({ protocol, from = [guest, 1000], to, flags = 0, fragment = 0 }: Words) {
  const frame = new Uint8Array(14 + 20 + 20);
  const view = new DataView(frame.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(20, fragment);
  view.setUint8(23, protocol);
  frame.set(from[0].split(".").map(Number), 26);
  frame.set(to[0].split(".").map(Number), 30);
  view.setUint16(34, from[1]);
  view.setUint16(36, to[1]);
  view.setUint8(47, flags);
  return frame;
}

/** A restricted network with what it lets out, and a way in. */
function open() {
  const sent: Uint8Array[] = [];
  let arrive: (frame: Uint8Array) => void = () => {};
  const inner: NetBackend = {
    attach: (receive) => {
      arrive = (frame) => receive(frame, 0);
    },
    send: (frame) => sent.push(frame),
  };
  const network = new RestrictedNetwork(inner, router);
  const received: Uint8Array[] = [];
  network.attach((frame) => received.push(frame));
  const passes = (frame: Uint8Array) => {
    const before = sent.length;
    network.send(frame, 0);
    return sent.length > before;
  };
  return { passes, arrive: (frame: Uint8Array) => arrive(frame), received };
}

describe("a restricted guest", () => {
  test("asks for addresses: ARP and DHCP pass", () => {
    const { passes } = open();
    const arp = new Uint8Array(42);
    new DataView(arp.buffer).setUint16(12, 0x0806);
    expect(passes(arp)).toBe(true);
    expect(passes(packet({ protocol: udp, to: ["255.255.255.255", 67] }))).toBe(true);
    expect(passes(packet({ protocol: udp, to: [router, 67] }))).toBe(true);
    expect(passes(packet({ protocol: udp, to: [outside, 67] }))).toBe(false);
  });

  test("answers connections, and opens none", () => {
    const { passes } = open();
    const to = [router, 5000] as const;
    expect(passes(packet({ protocol: tcp, to, flags: synchronise | acknowledge }))).toBe(true);
    expect(passes(packet({ protocol: tcp, to, flags: acknowledge }))).toBe(true);
    expect(passes(packet({ protocol: tcp, to, flags: synchronise }))).toBe(false);
  });

  test("answers datagrams where they came from, and sends none of its own", () => {
    const { passes, arrive, received } = open();
    const answer = packet({ protocol: udp, from: [guest, 53], to: [router, 5000] });
    expect(passes(answer)).toBe(false);
    arrive(packet({ protocol: udp, from: [router, 5000], to: [guest, 53] }));
    expect(received).toHaveLength(1);
    expect(passes(answer)).toBe(true);
    expect(passes(packet({ protocol: udp, from: [guest, 54], to: [router, 5000] }))).toBe(false);
    expect(passes(packet({ protocol: udp, from: [guest, 53], to: [outside, 5000] }))).toBe(false);
  });

  test("sends nothing else: no pings, no fragments, no IPv6", () => {
    const { passes } = open();
    const to = [router, 0] as const;
    expect(passes(packet({ protocol: icmp, to }))).toBe(false);
    expect(passes(packet({ protocol: tcp, to, flags: acknowledge, fragment: 0x2000 }))).toBe(false);
    expect(passes(packet({ protocol: tcp, to, flags: acknowledge, fragment: 3 }))).toBe(false);
    const six = packet({ protocol: tcp, to, flags: acknowledge });
    new DataView(six.buffer).setUint16(12, 0x86dd);
    expect(passes(six)).toBe(false);
  });

  test("any frame at all passes or not, both ways, and never throws", () => {
    const { passes, arrive } = open();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (frame) => {
        passes(frame);
        arrive(frame);
        const inside = packet({ protocol: tcp, to: [router, 1] });
        inside.set(frame.subarray(0, 60).slice(0, inside.length - 14), 14);
        passes(inside.subarray(0, 14 + frame.length));
      }),
    );
  });
});
