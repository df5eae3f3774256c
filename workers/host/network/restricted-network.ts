import type { NetBackend } from "../../vmm/mod.ts";

const etherType = { ipv4: 0x0800, arp: 0x0806 } as const;
const protocol = { tcp: 6, udp: 17 } as const;
const ethernetBytes = 14;
const dhcpServerPort = 67;
const mostPeers = 4096;

/**
 * Lets a guest answer and nothing else: QEMU's `restrict=on`.
 *
 * Into the network go ARP, DHCP, TCP segments of connections that began outside, and UDP datagrams
 * to whoever has sent one to that port before. A TCP segment that opens a connection is dropped, so
 * the others lead nowhere. All that is no IPv4, and fragments, are dropped.
 */
export class RestrictedNetwork implements NetBackend {
  readonly #inner: NetBackend;
  readonly #router: string;
  /** `address:port>port` of datagrams that have come in. */
  readonly #peers = new Set<string>();

  constructor(inner: NetBackend, router: string) {
    this.#inner = inner;
    this.#router = router;
  }

  readonly attach: NetBackend["attach"] = (receive) => {
    this.#inner.attach((frame, at) => {
      this.#remember(frame);
      receive(frame, at);
    });
  };

  readonly send: NetBackend["send"] = (frame, now) => {
    if (this.#mayPass(frame)) this.#inner.send(frame, now);
  };

  #remember(frame: Uint8Array): void {
    const packet = parse(frame);
    if (packet?.protocol !== protocol.udp || packet.isFragment) return;
    if (this.#peers.size >= mostPeers) this.#peers.clear();
    this.#peers.add(`${packet.source}:${packet.sourcePort}>${packet.targetPort}`);
  }

  #mayPass(frame: Uint8Array): boolean {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    if (frame.length < ethernetBytes) return false;
    if (view.getUint16(12) === etherType.arp) return true;
    const packet = parse(frame);
    if (packet === undefined || packet.isFragment) return false;
    if (packet.protocol === protocol.tcp) return !packet.opens;
    if (packet.protocol !== protocol.udp) return false;
    const isDhcp =
      packet.targetPort === dhcpServerPort &&
      (packet.target === "255.255.255.255" || packet.target === this.#router);
    return isDhcp || this.#peers.has(`${packet.target}:${packet.targetPort}>${packet.sourcePort}`);
  }
}

interface Packet {
  readonly protocol: number;
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly isFragment: boolean;
  /** Whether a TCP segment asks for a new connection. */
  readonly opens: boolean;
}

/** The IPv4 packet in a frame with the start of its TCP or UDP header; undefined for all else. */
function parse(frame: Uint8Array): Packet | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < ethernetBytes + 20 || view.getUint16(12) !== etherType.ipv4) return undefined;
  const headerBytes = (view.getUint8(ethernetBytes) & 15) * 4;
  const payload = ethernetBytes + headerBytes;
  if (headerBytes < 20 || frame.length < payload + 8) return undefined;
  const kind = view.getUint8(ethernetBytes + 9);
  if (kind === protocol.tcp && frame.length < payload + 14) return undefined;
  const flags = kind === protocol.tcp ? view.getUint8(payload + 13) : 0;
  const [synchronise, acknowledge] = [2, 16];
  return {
    protocol: kind,
    source: addressAt(frame, ethernetBytes + 12),
    target: addressAt(frame, ethernetBytes + 16),
    sourcePort: view.getUint16(payload),
    targetPort: view.getUint16(payload + 2),
    isFragment: (view.getUint16(ethernetBytes + 6) & 0x3fff) !== 0,
    opens: (flags & synchronise) !== 0 && (flags & acknowledge) === 0,
  };
}

function addressAt(frame: Uint8Array, offset: number): string {
  return frame.subarray(offset, offset + 4).join(".");
}
