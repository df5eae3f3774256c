import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import type { DescriptorChain, UsedBuffer } from "./descriptor-chain.ts";
import { packedRing } from "./packed-ring.ts";
import type { RingFormat, RingPosition, Rings } from "./ring-format.ts";
import { RingMemory } from "./ring-memory.ts";
import { splitRing } from "./split-ring.ts";

/** What a queue asks of its transport. */
export interface VirtqueueOwner {
  readonly memory: GuestMemory;
  /** Whether the driver accepted `VIRTIO_F_EVENT_IDX`. */
  readonly hasEventIndex: boolean;
  /** Whether the driver accepted `VIRTIO_F_RING_PACKED`. */
  readonly isPacked: boolean;
  /** A buffer was used and the driver wants to know. */
  raiseUsed(): void;
  /** The driver broke the rules: the device needs a reset. */
  fail(): void;
}

/** Where the driver put the three parts of a queue, and how far both sides are. */
export interface VirtqueueState extends Readonly<RingPosition> {
  readonly ready: boolean;
  readonly size: number;
  readonly descriptors: GuestPhysicalAddress;
  readonly available: GuestPhysicalAddress;
  readonly used: GuestPhysicalAddress;
}

/**
 * One queue of a virtio device, split or packed as the driver chose.
 *
 * The driver's memory is hostile: what it must not do ends in `fail`. One call never does more work
 * than the queue has entries, even if the rings overlap.
 */
export class Virtqueue implements Rings {
  readonly words: RingMemory;
  readonly #owner: VirtqueueOwner;
  ready = false;
  size = 0;
  descriptors: GuestPhysicalAddress = 0;
  available: GuestPhysicalAddress = 0;
  used: GuestPhysicalAddress = 0;
  position: RingPosition = { ...atStart };

  constructor(owner: VirtqueueOwner) {
    this.#owner = owner;
    this.words = new RingMemory(owner.memory);
  }

  get memory(): GuestMemory {
    return this.#owner.memory;
  }

  get hasEventIndex(): boolean {
    return this.#owner.hasEventIndex;
  }

  /** Takes every buffer that is available now, in order. */
  drain(take: (chain: DescriptorChain) => void): void {
    for (let taken = 0; taken < this.size; taken++) {
      const chain = this.#format.take(this);
      if (chain === "none") break;
      if (chain === "broken") {
        this.fail();
        return;
      }
      this.position.inUse += chain.slots;
      take(chain);
    }
    this.#format.askForMore(this);
  }

  /** Gives a buffer back of which `written` bytes were filled, and tells the driver if it cares. */
  push({ head, slots }: UsedBuffer, written: Bytes): void {
    this.position.inUse -= slots;
    // The driver took the queue away while the request was under way.
    if (!this.ready) return;
    const wish = this.#format.give(this, { head, slots }, written);
    if (wish === "broken") this.fail();
    if (wish === "interrupt") this.#owner.raiseUsed();
  }

  /** The driver broke the rules of the device. */
  fail(): void {
    this.#owner.fail();
  }

  reset(): void {
    this.restore({ ready: false, size: 0, descriptors: 0, available: 0, used: 0, ...atStart });
  }

  save(): VirtqueueState {
    const { ready, size, descriptors, available, used, position } = this;
    return { ready, size, descriptors, available, used, ...position };
  }

  restore(state: VirtqueueState): void {
    const { ready, size, descriptors, available, used, ...position } = state;
    Object.assign(this, { ready, size, descriptors, available, used, position });
  }

  get #format(): RingFormat {
    return this.#owner.isPacked ? packedRing : splitRing;
  }
}

const atStart: RingPosition = {
  nextAvailable: 0,
  nextUsed: 0,
  availableWrap: true,
  usedWrap: true,
  inUse: 0,
};
