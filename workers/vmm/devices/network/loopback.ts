import type { Nanoseconds } from "../../base/units.ts";
import type { FrameReceiver, NetBackend } from "./net-backend.ts";
import { travelTime } from "./travel-time.ts";

/** A cable that leads back into the card: every frame comes back, as with a loopback plug. */
export class Loopback implements NetBackend {
  #receive: FrameReceiver = () => {};

  attach(receive: FrameReceiver): void {
    this.#receive = receive;
  }

  send(frame: Uint8Array, now: Nanoseconds): void {
    this.#receive(frame, now + travelTime(frame));
  }
}
