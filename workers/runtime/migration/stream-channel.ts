import type { Duplex } from "node:stream";
import { FrameSplitter, type MigrationChannel } from "../../vmm/mod.ts";

export interface StreamChannelOptions {
  /** Bytes that wait here to leave, and bytes that wait here to be received, at the most. */
  readonly most?: number;
}

const usualMost = 2 ** 22;
/** The last frame of a side that closes: of a kind of message that there never will be. */
const goodbye = Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff);

/**
 * A migration's channel over a byte stream that somebody else has authenticated, such as TLS. Who
 * does not receive makes the stream stand still, and with it the other side.
 *
 * A stream that ends without the goodbye of its other side was cut; so was one that carries what is
 * no frame.
 */
export class StreamChannel implements MigrationChannel {
  readonly #stream: Duplex;
  readonly #most: number;
  readonly #splitter = new FrameSplitter();
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  /** Of what was received; what is behind a goodbye is not looked at. */
  #hasGoodbye = false;
  #state: MigrationChannel["state"] = "open";
  #isTelling = false;
  onChange: (() => void) | undefined;

  constructor(stream: Duplex, { most = usualMost }: StreamChannelOptions = {}) {
    this.#stream = stream;
    this.#most = most;
    stream.on("data", (bytes: Uint8Array) => this.#take(bytes));
    stream.on("drain", () => this.#tell());
    // What it was does not matter to a migration; "close" follows.
    stream.on("error", () => undefined);
    stream.on("close", () => {
      if (!this.#hasGoodbye) this.#end("cut");
    });
  }

  get state(): MigrationChannel["state"] {
    if (this.#state === "open" && this.#hasGoodbye && this.#inbox.length === 0) return "closed";
    return this.#state;
  }

  get room(): number {
    if (this.#state !== "open" || this.#hasGoodbye) return 0;
    return Math.max(0, this.#most - this.#stream.writableLength);
  }

  send(frame: Uint8Array): void {
    if (this.#state !== "open" || this.#hasGoodbye) return;
    if (this.room === 0) throw new RangeError("the channel has no room");
    this.#stream.write(frame);
  }

  receive(): Uint8Array | undefined {
    const frame = this.#inbox.shift();
    if (!frame) return undefined;
    this.#inboxBytes -= frame.length;
    if (this.#inboxBytes <= this.#most / 2 && this.#stream.isPaused()) this.#stream.resume();
    return frame;
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#stream.end(goodbye);
    this.#stream.resume();
  }

  cut(): void {
    this.#end("cut");
    this.#stream.destroy();
  }

  #take(bytes: Uint8Array): void {
    if (this.#state !== "open" || this.#hasGoodbye) return;
    try {
      for (const frame of this.#splitter.push(bytes)) {
        if (isGoodbye(frame)) {
          this.#hasGoodbye = true;
          this.#stream.end();
          break;
        }
        this.#inbox.push(frame);
        this.#inboxBytes += frame.length;
      }
    } catch {
      this.cut();
    }
    if (this.#inboxBytes > this.#most) this.#stream.pause();
    this.#tell();
  }

  #end(state: "cut"): void {
    if (this.#state === "open") this.#state = state;
    this.#inbox = [];
    this.#tell();
  }

  /** Not from within a call of whoever listens. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.onChange?.();
    });
  }
}

function isGoodbye(frame: Uint8Array): boolean {
  return frame.length === goodbye.length && frame.every((byte, index) => byte === goodbye[index]);
}
