import type { Bytes } from "../base/units.ts";

export interface UartReceiverState {
  readonly isFifoEnabled: boolean;
  readonly fifo: readonly number[];
  readonly overrun: boolean;
  /** What a read gives without FIFO when nothing is new: the byte that came last. */
  readonly latest: number;
  /** Input that waits for room. */
  readonly backlog: Uint8Array;
}

const fifoBytes: Bytes = 16;

/**
 * The receiving half of a 16550: a FIFO of 16 bytes, or one byte while it is switched off, and the
 * console input that queues behind it, which never overruns.
 */
export class UartReceiver {
  #isFifoEnabled = false;
  #fifo: number[] = [];
  #latest = 0;
  #backlog: Uint8Array = new Uint8Array(0);
  /** A looped byte found no room. */
  overrun = false;

  /** Bytes that can be read now. */
  get length(): number {
    return this.#fifo.length;
  }

  get isFifoEnabled(): boolean {
    return this.#isFifoEnabled;
  }

  /** The next byte, `undefined` when there is none. */
  take(): number | undefined {
    return this.#fifo.shift();
  }

  /** What the receiver buffer register reads. */
  read(): number {
    return this.#fifo.shift() ?? (this.#isFifoEnabled ? 0 : this.#latest);
  }

  /** Adds input behind the FIFO. `refill` moves it on. */
  queue(bytes: Uint8Array): void {
    const backlog = new Uint8Array(this.#backlog.length + bytes.length);
    backlog.set(this.#backlog);
    backlog.set(bytes, this.#backlog.length);
    this.#backlog = backlog;
  }

  /** Fills the room that there is with queued input; whether any came. */
  refill(): boolean {
    const room = (this.#isFifoEnabled ? fifoBytes : 1) - this.#fifo.length;
    if (room <= 0 || this.#backlog.length === 0) {
      return false;
    }
    this.#fifo.push(...this.#backlog.subarray(0, room));
    this.#backlog = this.#backlog.subarray(room);
    this.#latest = this.#isFifoEnabled ? this.#latest : (this.#fifo[0] ?? 0);
    return true;
  }

  /** A byte that the UART sends to itself. Overruns spare a FIFO but replace the single byte. */
  loop(byte: number): void {
    const hasRoom = this.#fifo.length < (this.#isFifoEnabled ? fifoBytes : 1);
    this.overrun ||= !hasRoom;
    if (!this.#isFifoEnabled) {
      this.#fifo = [byte];
      this.#latest = byte;
    } else if (hasRoom) {
      this.#fifo.push(byte);
    }
  }

  /** Drops what can be read now, not what is queued behind it. */
  flush(): void {
    this.#fifo = [];
  }

  enableFifo(enabled: boolean): void {
    this.#isFifoEnabled = enabled;
  }

  save(): UartReceiverState {
    return {
      isFifoEnabled: this.#isFifoEnabled,
      fifo: [...this.#fifo],
      overrun: this.overrun,
      latest: this.#latest,
      backlog: this.#backlog.slice(),
    };
  }

  restore(state: UartReceiverState): void {
    this.#isFifoEnabled = state.isFifoEnabled;
    this.#fifo = [...state.fifo];
    this.overrun = state.overrun;
    this.#latest = state.latest;
    this.#backlog = state.backlog.slice();
  }
}
