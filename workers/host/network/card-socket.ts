import type { NetBackend } from "../../vmm/mod.ts";

type Receiver = Parameters<NetBackend["attach"]>[0];

/**
 * The end of a host network into which a card is plugged: hands it the frames that arrive.
 *
 * A machine that restarts plugs its new card in; the old one hears nothing any more.
 */
export class CardSocket {
  readonly #onArrival: () => void;
  #receive: Receiver = () => {};

  /** @param onArrival wakes whoever drives a machine that waits */
  constructor(onArrival: () => void) {
    this.#onArrival = onArrival;
  }

  attach(receive: Receiver): void {
    this.#receive = receive;
  }

  /** The host cannot say a guest time: the card takes a frame of the past as one of now. */
  deliver(frame: Uint8Array): void {
    this.#receive(frame, 0);
    this.#onArrival();
  }
}
