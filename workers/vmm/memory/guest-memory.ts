import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";

/**
 * Guest RAM as devices, loaders and the SBI see it (direct memory access).
 *
 * Addresses come from the guest and are hostile: an access of which any byte lies outside RAM does
 * nothing and returns `false`; it never throws. Writes keep the code cache, copy-on-write and dirty
 * tracing coherent, exactly as a store of a hart does.
 */
export interface GuestMemory {
  readonly base: GuestPhysicalAddress;
  readonly bytes: Bytes;
  read(address: GuestPhysicalAddress, target: Uint8Array): boolean;
  write(address: GuestPhysicalAddress, source: Uint8Array): boolean;
}
