import { Socket } from "node:net";
import type { Stream, StreamAddress, StreamEvents } from "./stream.ts";
import { streamOver } from "./stream-over.ts";

/**
 * Connects to a byte stream that somebody offers.
 *
 * @returns ends the connection
 * @throws what the system says, as a Node error with a `code`
 */
export async function connectStream(
  where: StreamAddress,
  onConnect: (stream: Stream) => StreamEvents,
): Promise<() => Promise<void>> {
  const socket = new Socket();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve();
    });
    if (where.kind === "tcp") socket.connect(where.port, where.host);
    else socket.connect(where.path);
  });
  streamOver(socket, onConnect);
  return async () => {
    socket.end();
    socket.destroy();
  };
}
