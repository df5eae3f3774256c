import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Stream, StreamAddress, StreamEvents } from "./stream.ts";
import { streamOver } from "./stream-over.ts";

/** A listening socket; it alone does not keep the process alive. */
export interface StreamListener {
  /** As it was bound, with the port that the system chose where port 0 was asked for. */
  readonly address: string;
  /** Listens no more; what was sent has left when it resolves, or half a second has passed. */
  close(): Promise<void>;
}

const farewellMilliseconds = 500;

/**
 * Accepts byte streams, one connection at a time: a second one is closed at once.
 *
 * @param onConnect gives the functions that hear of the connection
 * @throws what the system says, as a Node error with a `code`
 */
export async function listenForStream(
  where: StreamAddress,
  onConnect: (stream: Stream) => StreamEvents,
): Promise<StreamListener> {
  let present: Socket | undefined;
  const server = createServer((socket) => {
    if (present !== undefined) {
      socket.destroy();
      return;
    }
    present = socket;
    socket.once("close", () => {
      present = undefined;
    });
    streamOver(socket, onConnect);
  });
  await listening(server, where);
  server.unref();
  return {
    address: addressOf(server, where),
    close: async () => {
      server.close();
      const socket = present;
      if (socket === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, farewellMilliseconds);
        socket.once("close", () => {
          clearTimeout(timer);
          resolve();
        });
        socket.end();
      });
      socket.destroy();
    },
  };
}

function listening(server: Server, where: StreamAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => resolve());
    if (where.kind === "tcp") server.listen(where.port, where.host);
    else server.listen(where.path);
  });
}

function addressOf(server: Server, where: StreamAddress): string {
  if (where.kind === "unix") return where.path;
  const { address, port } = server.address() as AddressInfo;
  return `${address}:${port}`;
}
