import type { NetBackend } from "../../vmm/mod.ts";
import type { Stream, StreamEvents } from "../stream.ts";
import { CardSocket } from "./card-socket.ts";
import { FrameReader, framed } from "./frame-stream.ts";

/** What waits for a reader that does not keep up; further frames are lost. */
const largestBacklog = 2 ** 22;

/**
 * A cable over a byte stream, in the format of QEMU's `-netdev socket` and `stream`. While nobody is
 * connected frames are lost.
 */
export class StreamCable implements NetBackend {
  readonly #socket: CardSocket;
  #present: Stream | undefined;

  /** @param onArrival called when a frame has come */
  constructor(onArrival: () => void) {
    this.#socket = new CardSocket(onArrival);
  }

  /** To be given to whoever makes connections. */
  readonly onConnect = (stream: Stream): StreamEvents => {
    const reader = new FrameReader();
    this.#present = stream;
    return {
      onData: (bytes) => {
        for (const frame of reader.read(bytes)) this.#socket.deliver(frame);
        if (reader.isBroken) stream.close();
      },
      onClose: () => {
        if (this.#present === stream) this.#present = undefined;
      },
    };
  };

  readonly attach: NetBackend["attach"] = (receive) => this.#socket.attach(receive);

  readonly send: NetBackend["send"] = (frame) => {
    const stream = this.#present;
    if (stream !== undefined && stream.backlog <= largestBacklog) stream.send(framed(frame));
  };
}
