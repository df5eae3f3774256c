import { UsageFailure } from "../usage-failure.ts";
import type { Device } from "./draft.ts";

/** virtio-mmio transports of the virt machine. */
export const slotCount = 8;

/**
 * Gives each device its slot, in the order of the command line as QEMU 7.2 does: a device without
 * `bus=` takes the highest slot that is free when its turn comes.
 *
 * @throws UsageFailure when a slot is wanted twice or none is left
 */
export function assignSlots(devices: readonly Device[]): ReadonlyMap<Device, number> {
  const free = new Set(Array.from({ length: slotCount }, (_, slot) => slot));
  const slots = new Map<Device, number>();
  for (const device of devices) {
    if (free.size === 0) {
      throw new UsageFailure(
        "slots-used-up",
        `${device.words}: no bus is free`,
        `the machine has ${slotCount} virtio-mmio buses; leave a device out`,
      );
    }
    const slot = device.slot ?? Math.max(...free);
    if (!free.delete(slot)) {
      throw new UsageFailure(
        "slot-taken",
        `${device.words}: bus 'virtio-mmio-bus.${slot}' is full`,
        "choose another bus; devices without bus= take the highest free one, in their order",
      );
    }
    slots.set(device, slot);
  }
  return slots;
}
