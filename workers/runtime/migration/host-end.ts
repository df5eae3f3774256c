import type { MigrationChannel } from "../../vmm/mod.ts";
import { lineState, lineWord, SharedLine } from "./shared-line.ts";
import type { LineMessage } from "./thread-end.ts";

/** A channel's end on the main thread; the other one is a `ThreadEnd`. */
export class HostEnd implements MigrationChannel {
  readonly #line = new SharedLine();
  readonly #knock: () => void;
  #inbox: Uint8Array[] = [];
  #received = 0;
  #isClosing = false;
  #state: MigrationChannel["state"] = "open";
  onChange: (() => void) | undefined;

  /** @param knock wakes the thread: there is something new for it */
  constructor(knock: () => void) {
    this.#knock = knock;
  }

  /** What the thread makes its end of. */
  get shared(): SharedArrayBuffer {
    return this.#line.shared;
  }

  get state(): MigrationChannel["state"] {
    if (this.#state === "open" && this.#isClosing && this.#inbox.length === 0) return "closed";
    return this.#state;
  }

  get room(): number {
    if (this.#state !== "open" || this.#isClosing) return 0;
    // Of a frame of the longest kind; before the look, so that a thread that reads now says so.
    Atomics.store(this.#line.words, lineWord.wantsRoom, 1);
    if (this.#line.room < longestFrame) return 0;
    Atomics.store(this.#line.words, lineWord.wantsRoom, 0);
    return this.#line.room;
  }

  send(frame: Uint8Array): void {
    if (this.#state !== "open" || this.#isClosing) return;
    if (this.room === 0) throw new RangeError("the channel has no room");
    this.#line.write(frame);
    this.#knock();
  }

  receive(): Uint8Array | undefined {
    const frame = this.#inbox.shift();
    if (!frame) return undefined;
    this.#received = (this.#received + frame.length) >>> 0;
    Atomics.store(this.#line.words, lineWord.received, this.#received);
    this.#knock();
    return frame;
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#say(lineState.closed);
  }

  cut(): void {
    if (this.#state === "open") this.#state = "cut";
    this.#inbox = [];
    this.#say(lineState.cut);
  }

  /** What the guest has said stands where another worker may go on behind it. */
  tell(): void {
    Atomics.store(this.#line.words, lineWord.isTold, 1);
    this.#knock();
  }

  /** The thread's end has said this. */
  hear(message: LineMessage): void {
    if (message.type === "frame" && this.#state === "open") this.#inbox.push(message.bytes);
    if (message.type === "close") this.#isClosing = true;
    if (message.type === "cut") {
      if (this.#state === "open") this.#state = "cut";
      this.#inbox = [];
    }
    this.onChange?.();
  }

  #say(state: number): void {
    Atomics.store(this.#line.words, lineWord.state, state);
    Atomics.notify(this.#line.words, lineWord.written);
    this.#knock();
  }
}

/** What a channel's frame has at the most: 1 MiB of content, and what is around it. */
const longestFrame = 2 ** 20 + 2 ** 18;
