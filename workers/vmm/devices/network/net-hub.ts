import type { Nanoseconds } from "../../base/units.ts";
import type { FrameReceiver, NetBackend } from "./net-backend.ts";
import { travelTime } from "./travel-time.ts";

/**
 * Connects the cards of several VMs of one process: what one sends, all others receive.
 *
 *     const hub = new NetHub();
 *     const one = hub.port(), two = hub.port();   // back ends for two machines
 *
 * The machines' clocks count from their own power-on. If they are run in turn, each by slices of
 * guest time no longer than `networkLatency` (`Lockstep` does), no frame comes later than it should
 * and the runs repeat exactly.
 */
export class NetHub {
  readonly #ports: HubPort[] = [];

  /** One more socket of the hub. */
  port(): NetBackend {
    const port = new HubPort((frame, now) => {
      const arrival = now + travelTime(frame);
      for (const other of this.#ports) {
        if (other !== port) other.receive(frame.slice(), arrival);
      }
    });
    this.#ports.push(port);
    return port;
  }
}

class HubPort implements NetBackend {
  readonly send: (frame: Uint8Array, now: Nanoseconds) => void;
  receive: FrameReceiver = () => {};

  constructor(send: (frame: Uint8Array, now: Nanoseconds) => void) {
    this.send = send;
  }

  attach(receive: FrameReceiver): void {
    this.receive = receive;
  }
}
