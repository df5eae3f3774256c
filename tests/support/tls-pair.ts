import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { connectToWorker, listenerOptions } from "../../workers/runtime/migration/migration-tls.ts";
import { StreamChannel } from "../../workers/runtime/migration/stream-channel.ts";
import { makeWorkerCertificate } from "../../workers/runtime/migration/worker-certificate.ts";

/**
 * A migration's channel over mutual TLS on loopback, both ends in this process.
 *
 * @param most bytes that may wait at each end, as `StreamChannel`
 */
export async function tlsPair(most?: number): Promise<[StreamChannel, StreamChannel]> {
  const [here, there] = [makeWorkerCertificate(), makeWorkerCertificate()];
  const server = createServer(listenerOptions(there));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, "secureConnection") as Promise<[TLSSocket]>;
  const { certificate } = there;
  const socket = await connectToWorker({ host: "127.0.0.1", port, certificate }, here, 5000);
  const [other] = await accepted;
  other.setNoDelay(true);
  server.close();
  const options = most === undefined ? {} : { most };
  return [new StreamChannel(socket, options), new StreamChannel(other, options)];
}
