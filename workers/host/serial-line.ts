import { openStream } from "./open-stream.ts";
import type { SerialEnd } from "./serial-end.ts";
import type { Stream } from "./stream.ts";

/** A serial port's other end, once it is open. */
export interface SerialLine {
  /** Where it is, in words. */
  readonly place: string;
  /** Whether somebody is there. */
  readonly isConnected: boolean;
  readonly hasInput: boolean;
  /** Whether no more input can ever come. */
  readonly isInputEnded: boolean;
  /** Whether the other end does not keep up with what is written. */
  readonly isCongested: boolean;
  takeInput(): Uint8Array | undefined;
  /** Output while nobody is connected is lost, as on a wire. */
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const congestedBytes = 2 ** 20;

/**
 * Opens the other end of a serial port.
 *
 * @param onChange called when input arrives, when somebody leaves, and when congestion is over
 * @throws what the system says, as a Node error with a `code`
 */
export async function openSerialLine(end: SerialEnd, onChange: () => void): Promise<SerialLine> {
  const queue = new InputQueue();
  let present: Stream | undefined;
  let hasEnded = end.kind === "file";
  const isLasting = end.kind === "pty" || (end.kind === "socket" && end.listens);
  const opened = await openStream(end, (stream) => {
    present = stream;
    return {
      onData: (bytes) => {
        queue.add(bytes);
        onChange();
      },
      onClose: () => {
        present = undefined;
        hasEnded = !isLasting;
        onChange();
      },
      onDrain: onChange,
    };
  });
  return {
    place: opened.place,
    get isConnected() {
      return present !== undefined;
    },
    get hasInput() {
      return !queue.isEmpty;
    },
    get isInputEnded() {
      return hasEnded && queue.isEmpty;
    },
    get isCongested() {
      return (present?.backlog ?? 0) > congestedBytes;
    },
    takeInput: () => queue.take(),
    write: (bytes) => present?.send(bytes),
    close: () => opened.close(),
  };
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
