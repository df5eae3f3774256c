import type { MigrationChannel } from "../../vmm/mod.ts";
import { lineState, lineWord, SharedLine } from "./shared-line.ts";

/** What a thread's end of a channel says to the main thread. */
export type LineMessage =
  | { readonly type: "frame"; readonly bytes: Uint8Array }
  /** There is room in the ring again. */
  | { readonly type: "room" }
  | { readonly type: "close" }
  | { readonly type: "cut" };

/** Bytes of frames that the main thread may have waiting. */
const most = 2 ** 22;

/** A channel's end on a pCPU thread; the other one is a `HostEnd`. */
export class ThreadEnd implements MigrationChannel {
  readonly #line: SharedLine;
  readonly #post: (message: LineMessage) => void;
  #sent = 0;
  #own: MigrationChannel["state"] = "open";
  onChange: (() => void) | undefined;

  constructor(shared: SharedArrayBuffer, post: (message: LineMessage) => void) {
    this.#line = new SharedLine(shared);
    this.#post = post;
  }

  get state(): MigrationChannel["state"] {
    if (this.#own !== "open") return this.#own;
    const state = Atomics.load(this.#line.words, lineWord.state);
    if (state === lineState.cut) return "cut";
    return state === lineState.closed && this.#line.isEmpty ? "closed" : "open";
  }

  get room(): number {
    if (this.#own !== "open") return 0;
    if (Atomics.load(this.#line.words, lineWord.state) !== lineState.open) return 0;
    const waiting = (this.#sent - Atomics.load(this.#line.words, lineWord.received)) >>> 0;
    return Math.max(0, most - waiting);
  }

  /** Whether there is nothing to receive now. */
  get isQuiet(): boolean {
    return this.#line.isEmpty && this.state === "open";
  }

  send(frame: Uint8Array): void {
    if (this.state !== "open") return;
    if (this.room === 0) {
      if (Atomics.load(this.#line.words, lineWord.state) !== lineState.open) return;
      throw new RangeError("the channel has no room");
    }
    this.#sent = (this.#sent + frame.length) >>> 0;
    this.#post({ type: "frame", bytes: frame });
  }

  receive(): Uint8Array | undefined {
    if (this.#own !== "open") return undefined;
    const frame = this.#line.read();
    if (frame && Atomics.exchange(this.#line.words, lineWord.wantsRoom, 0) === 1) {
      this.#post({ type: "room" });
    }
    return frame;
  }

  close(): void {
    if (this.#own !== "open") return;
    this.#own = "closed";
    this.#post({ type: "close" });
  }

  cut(): void {
    if (this.#own !== "open") return;
    this.#own = "cut";
    this.#post({ type: "cut" });
  }

  /** The main thread has knocked. */
  knock(): void {
    this.onChange?.();
  }

  /** Blocks this thread until there may be something new, for so many milliseconds at most. */
  wait(milliseconds: number): void {
    const { words } = this.#line;
    const written = Atomics.load(words, lineWord.written);
    if (!this.isQuiet) return;
    Atomics.wait(words, lineWord.written, written, milliseconds);
  }

  /** Whether all that the guest has said is where another worker may go on behind it. */
  get isTold(): boolean {
    return Atomics.load(this.#line.words, lineWord.isTold) === 1;
  }
}
