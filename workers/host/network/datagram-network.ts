import { createSocket, type Socket } from "node:dgram";
import { CardSocket } from "./card-socket.ts";
import type { HostNetwork } from "./host-network.ts";
import type { DatagramAddress } from "./network-end.ts";

const ownFramesRemembered = 256;

/**
 * A cable on which each frame is a UDP datagram, as with QEMU's `-netdev dgram` and `socket,udp=`. A
 * multicast group as the far end makes a network of any number of machines.
 *
 * @param onArrival called when a frame has come
 * @throws what the system says, as a Node error with a `code`
 */
export async function openDatagramNetwork(
  remote: DatagramAddress,
  local: DatagramAddress | undefined,
  onArrival: () => void,
): Promise<HostNetwork> {
  const card = new CardSocket(onArrival);
  const isGroup = isMulticast(remote.host);
  const socket = createSocket({ type: "udp4", reuseAddr: isGroup });
  const echoes = new OwnFrames();
  await bound(socket, isGroup ? { host: "0.0.0.0", port: remote.port } : local);
  if (isGroup) {
    socket.addMembership(remote.host, local?.host);
    if (local !== undefined) socket.setMulticastInterface(local.host);
    // Machines on this host are the usual case.
    socket.setMulticastLoopback(true);
  }
  socket.on("message", (message) => {
    // Our own datagrams come back from a group.
    if (isGroup && echoes.take(message)) return;
    card.deliver(Uint8Array.from(message));
  });
  // An unreachable far end is one that is not there yet.
  socket.on("error", () => {});
  socket.unref();
  return {
    place: `datagrams to ${remote.host}:${remote.port}`,
    attach: (receive) => card.attach(receive),
    send: (frame) => {
      if (isGroup) echoes.add(frame);
      socket.send(frame, remote.port, remote.host, () => {});
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Frames that were sent to a group and have not come back. */
class OwnFrames {
  readonly #frames: string[] = [];

  add(frame: Uint8Array): void {
    this.#frames.push(keyOf(frame));
    if (this.#frames.length > ownFramesRemembered) this.#frames.shift();
  }

  take(frame: Uint8Array): boolean {
    const index = this.#frames.indexOf(keyOf(frame));
    if (index >= 0) this.#frames.splice(index, 1);
    return index >= 0;
  }
}

function keyOf(frame: Uint8Array): string {
  return Buffer.from(frame).toString("latin1");
}

function isMulticast(host: string): boolean {
  const first = Number(host.split(".")[0]);
  return first >= 224 && first <= 239;
}

function bound(socket: Socket, local: DatagramAddress | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("listening", () => {
      socket.off("error", reject);
      resolve();
    });
    if (local === undefined) socket.bind();
    else socket.bind(local.port, local.host);
  });
}
