import { closeSync, constants, existsSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import type { SerialEnd } from "./serial-end.ts";
import { listenForStream, type Stream, type StreamAddress } from "./stream-listener.ts";

/** A serial port's other end, once it is open. */
export interface SerialLine {
  readonly hasInput: boolean;
  /** Whether no more input can ever come. */
  readonly isInputEnded: boolean;
  takeInput(): Uint8Array | undefined;
  /** Output while nobody is connected is lost, as on a wire. */
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/**
 * Opens the other end of a serial port.
 *
 * @param onChange called when input arrives or somebody connects
 * @throws what the system says, as a Node error with a `code`
 */
export async function openSerialLine(end: SerialEnd, onChange: () => void): Promise<SerialLine> {
  switch (end.kind) {
    case "file":
      return fileLine(end.path);
    case "pipe":
      return pipeLine(end.path, onChange);
    case "socket":
      return end.listens
        ? listeningLine(end.address, end.waits, onChange)
        : connectedLine(end.address, onChange);
  }
}

/** Bytes that have come and nobody has taken. */
class InputQueue {
  #chunks: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  take(): Uint8Array | undefined {
    if (this.isEmpty) return undefined;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return all;
  }
}

function fileLine(path: string): SerialLine {
  const file = openSync(path, "w");
  return {
    hasInput: false,
    isInputEnded: true,
    takeInput: () => undefined,
    write: (bytes) => {
      writeSync(file, bytes);
    },
    close: async () => closeSync(file),
  };
}

function pipeLine(path: string, onChange: () => void): SerialLine {
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
  });
  return streamLine(input as Socket, (output ?? input) as Socket, onChange);
}

async function connectedLine(address: StreamAddress, onChange: () => void): Promise<SerialLine> {
  const socket = new Socket();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => resolve());
    if (address.kind === "tcp") socket.connect(address.port, address.host);
    else socket.connect(address.path);
  });
  return streamLine(socket, socket, onChange);
}

function streamLine(input: Socket, output: Socket, onChange: () => void): SerialLine {
  const queue = new InputQueue();
  let hasEnded = false;
  input.on("data", (chunk: Uint8Array) => {
    queue.add(chunk);
    onChange();
  });
  input.on("close", () => {
    hasEnded = true;
    onChange();
  });
  // What the other side does to its end is no fault of the machine.
  for (const stream of new Set([input, output])) stream.on("error", () => {});
  return {
    get hasInput() {
      return !queue.isEmpty;
    },
    get isInputEnded() {
      return hasEnded && queue.isEmpty;
    },
    takeInput: () => queue.take(),
    write: (bytes) => {
      if (!output.destroyed) output.write(bytes);
    },
    close: async () => {
      output.end();
      input.destroy();
    },
  };
}

async function listeningLine(
  address: StreamAddress,
  waits: boolean,
  onChange: () => void,
): Promise<SerialLine> {
  const queue = new InputQueue();
  let present: Stream | undefined;
  const connected = Promise.withResolvers<void>();
  const listener = await listenForStream(address, (stream) => {
    present = stream;
    connected.resolve();
    return {
      onData: (bytes) => {
        queue.add(bytes);
        onChange();
      },
      onClose: () => {
        present = undefined;
      },
    };
  });
  if (waits) {
    // The listener does not keep the process alive; this does.
    const alive = setInterval(() => {}, 2 ** 30);
    await connected.promise;
    clearInterval(alive);
  }
  return {
    get hasInput() {
      return !queue.isEmpty;
    },
    isInputEnded: false,
    takeInput: () => queue.take(),
    write: (bytes) => present?.send(bytes),
    close: () => listener.close(),
  };
}
