/** Guest-physical addresses of QEMU's `virt` machine that more than one part must agree on. */
import type { GuestPhysicalAddress } from "./units.ts";

/** One page of boot ROM, in which harts leave reset. */
export const romBase: GuestPhysicalAddress = 0x1000;
export const ramBase: GuestPhysicalAddress = 0x8000_0000;

/** The virtio-mmio slots; QEMU numbers them from the lowest address on. */
export const virtioBase: GuestPhysicalAddress = 0x1000_1000;
export const virtioSlots = 8;
