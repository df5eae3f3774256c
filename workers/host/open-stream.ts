import { closeSync, constants, existsSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { connectStream } from "./connect-stream.ts";
import { placeOf } from "./place-of.ts";
import { openPseudoTerminal } from "./pseudo-terminal.ts";
import type { SerialEnd } from "./serial-end.ts";
import type { OpenStream, Stream, StreamEvents } from "./stream.ts";
import { listenForStream } from "./stream-listener.ts";
import { streamOver } from "./stream-over.ts";

type OnConnect = (stream: Stream) => StreamEvents;

/**
 * Opens an end. `onConnect` is called for each connection: at once, or, where others connect to us,
 * when they do; with `waits` the promise is kept when the first one has.
 *
 * @throws what the system says, as a Node error with a `code`
 */
export async function openStream(end: SerialEnd, onConnect: OnConnect): Promise<OpenStream> {
  switch (end.kind) {
    case "file":
      return openFile(end.path, onConnect);
    case "pipe":
      return openPipe(end.path, onConnect);
    case "pty":
      return openPseudoTerminal(onConnect);
    case "socket": {
      if (end.listens) return listen(end, onConnect);
      const close = await connectStream(end.address, onConnect);
      return { place: placeOf(end.address), close };
    }
  }
}

function openFile(path: string, onConnect: OnConnect): OpenStream {
  const file = openSync(path, "w");
  onConnect({
    send: (bytes) => {
      writeSync(file, bytes);
    },
    backlog: 0,
    close: () => {},
  });
  return { place: `file:${path}`, close: async () => closeSync(file) };
}

function openPipe(path: string, onConnect: OnConnect): OpenStream {
  if ("Deno" in globalThis) {
    throw new Error("Deno cannot wait for named pipes; run it with Node, or use unix:PATH");
  }
  const isPair = existsSync(`${path}.in`) && existsSync(`${path}.out`);
  const names = isPair ? [`${path}.in`, `${path}.out`] : [path];
  // For both ways, so that opening does not wait for the other side, nor its end close ours.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const [input, output] = names.map((name, index) => {
    // The pipe for output must not be read here: that would be our own output.
    const ways = { readable: index === 0, writable: !isPair || index === 1 };
    return new Socket({ fd: openSync(name, flags), ...ways });
  }) as [Socket, Socket?];
  streamOver(input, onConnect, output);
  return {
    place: `pipe:${path}`,
    close: async () => {
      (output ?? input).end();
      input.destroy();
    },
  };
}

async function listen(
  { address, waits }: Extract<SerialEnd, { kind: "socket" }>,
  onConnect: OnConnect,
): Promise<OpenStream> {
  const connected = Promise.withResolvers<void>();
  const listener = await listenForStream(address, (stream) => {
    connected.resolve();
    return onConnect(stream);
  });
  if (waits) {
    // The listener does not keep the process alive; this does.
    const alive = setInterval(() => {}, 2 ** 30);
    await connected.promise;
    clearInterval(alive);
  }
  const kind = address.kind === "tcp" ? "tcp" : "unix";
  return { place: `${kind}:${listener.address},server=on`, close: () => listener.close() };
}
