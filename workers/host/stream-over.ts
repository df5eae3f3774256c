import type { Duplex } from "node:stream";
import type { Stream, StreamEvents } from "./stream.ts";

/**
 * Makes a connected socket, or a pair of ends of named pipes, one of our streams.
 *
 * @param output where `input` is not for both ways
 */
export function streamOver(
  input: Duplex & { setNoDelay?(on: boolean): unknown },
  onConnect: (stream: Stream) => StreamEvents,
  output: Duplex = input,
): void {
  input.setNoDelay?.(true);
  const events = onConnect({
    send: (bytes) => {
      if (!output.destroyed) output.write(bytes);
    },
    get backlog() {
      return output.destroyed ? 0 : output.writableLength;
    },
    close: () => {
      output.end();
    },
  });
  input.on("data", (chunk: Uint8Array) => events.onData(chunk));
  output.on("drain", () => events.onDrain?.());
  // A reset is an end like any other; "close" follows.
  for (const end of new Set([input, output])) end.on("error", () => {});
  input.on("close", () => events.onClose());
}
