import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";
import type { DescriptorChain, UsedBuffer } from "./descriptor-chain.ts";
import type { RingMemory } from "./ring-memory.ts";

/** How far the device is in a queue. */
export interface RingPosition {
  nextAvailable: number;
  nextUsed: number;
  /** Packed rings: what the driver's and the device's marks mean in the present lap. */
  availableWrap: boolean;
  usedWrap: boolean;
  /** Ring entries of the buffers taken and not given back. */
  inUse: number;
}

/** A queue as the driver has set it up. */
export interface Rings {
  readonly words: RingMemory;
  readonly size: number;
  readonly descriptors: GuestPhysicalAddress;
  /** Split: the available ring. Packed: the driver's event suppression. */
  readonly available: GuestPhysicalAddress;
  /** Split: the used ring. Packed: the device's event suppression. */
  readonly used: GuestPhysicalAddress;
  /** Whether the driver accepted `VIRTIO_F_EVENT_IDX`. */
  readonly hasEventIndex: boolean;
  readonly position: RingPosition;
}

/**
 * What differs between split and packed rings, the device's side. Memory that lies outside of RAM
 * and everything else that a driver must not do is answered with "broken".
 */
export interface RingFormat {
  /** The next buffer that the driver made available. */
  take(rings: Rings): DescriptorChain | "none" | "broken";
  /** Asks the driver to notify as soon as it goes beyond what was taken. */
  askForMore(rings: Rings): void;
  /** Gives a buffer back of which `written` bytes were filled. @returns what the driver wants */
  give(rings: Rings, buffer: UsedBuffer, written: Bytes): "interrupt" | "silence" | "broken";
}
