import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { log } from "../../../shared/telemetry/log.ts";
import type { MigrationChannel } from "../../vmm/mod.ts";
import { listenerOptions, peerFingerprint } from "./migration-tls.ts";
import { type MoveOpening, receiveOpening } from "./move-opening.ts";
import { StreamChannel } from "./stream-channel.ts";
import type { WorkerCertificate } from "./worker-certificate.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly certificate: WorkerCertificate;
  /** The worker that has shown this certificate; undefined for one that nobody knows. */
  workerOf(fingerprint: string): Promise<string | undefined>;
  /** A worker that is known wants to move a run here. */
  onOpening(opening: MoveOpening, channel: MigrationChannel): void;
  /** Milliseconds from a connection to its first word. */
  readonly patience?: number;
  /** Connections at the same time. */
  readonly most?: number;
}

/** Where runs come in from other workers. */
export interface MigrationListener {
  readonly port: number;
  /** Listens no more; connections that there are stay. */
  close(): void;
}

const usualPatience = 5000;
const usualMost = 64;

/**
 * Listens for other workers. Whoever connects must show a certificate, of a worker that Redis knows at
 * this moment, and say what it wants, all in a few seconds; nothing of a run is read before that. What
 * cannot do that is cut, and no more than so many are looked at at the same time.
 */
export async function listenForRuns(options: ListenerOptions): Promise<MigrationListener> {
  const { host, port, certificate, patience = usualPatience, most = usualMost } = options;
  const server = createServer(listenerOptions(certificate));
  const sockets = new Set<Socket>();
  /** Of those that are still in their handshake, by where they come from: no runtime ends these. */
  const late = new Map<string, ReturnType<typeof setTimeout>>();
  const settle = (place: string) => {
    clearTimeout(late.get(place));
    late.delete(place);
  };
  server.on("connection", (socket: Socket) => {
    if (sockets.size >= most) {
      socket.destroy();
      return;
    }
    const place = placeOf(socket);
    sockets.add(socket);
    late.set(
      place,
      setTimeout(() => socket.destroy(), patience),
    );
    socket.once("close", () => {
      sockets.delete(socket);
      settle(place);
    });
    socket.on("error", () => undefined);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.on("secureConnection", (socket: TLSSocket) => {
    settle(placeOf(socket));
    socket.on("error", () => undefined);
    welcome(socket, patience, options).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  server.on("error", (error) => log.error(`migration: ${error.message}`));
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => void server.close(),
  };
}

function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

async function welcome(
  socket: TLSSocket,
  patience: number,
  { workerOf, onOpening }: ListenerOptions,
): Promise<void> {
  socket.setNoDelay(true);
  const late = setTimeout(() => socket.destroy(), patience);
  try {
    const fingerprint = peerFingerprint(socket);
    const worker = fingerprint && (await workerOf(fingerprint));
    if (worker === undefined || worker === "") throw new Error("nobody knows this worker");
    const channel = new StreamChannel(socket);
    const opening = await receiveOpening(channel, patience);
    if (opening.from !== worker) throw new Error("it is another worker than it says");
    onOpening(opening, channel);
  } finally {
    clearTimeout(late);
  }
}
