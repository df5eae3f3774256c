import type { Bytes } from "../../base/units.ts";
import type { AccessWidth } from "../../bus/device.ts";
import type { Virtqueue } from "./virtqueue.ts";

/** What the driver has accepted so far, by the bit numbers of the specification. */
export interface DriverFeatures {
  accepts(feature: number): boolean;
}

/**
 * A virtio device as its transport sees it: what is behind the queues and the configuration space.
 *
 * Guest-controlled input never throws out of it. A device that cannot go on because the driver broke
 * the rules calls `fail` of the queue.
 */
export interface VirtioDevice<State> {
  /** Device type of the virtio specification, chapter 5. */
  readonly deviceId: number;
  /** Device-specific feature bits, 0 to 23. The transport adds those of rings and transport. */
  readonly features: number;
  /** How many queues it has. */
  readonly queues: number;
  /** Called once, by the transport that is made for this device. */
  connect(queues: readonly Virtqueue[], driver: DriverFeatures): void;
  /** The driver made buffers of a queue available. */
  notify(queue: number): void;
  /** An unsigned value of the configuration space; 0 where the device has none. */
  readConfig(offset: Bytes, width: AccessWidth): number;
  /** Forgets all requests: the driver resets the device or the machine is switched on. */
  reset(): void;
  save(): State;
}
