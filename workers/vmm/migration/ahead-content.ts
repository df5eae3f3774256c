import type { Bytes } from "../base/units.ts";

/**
 * What the driver of a machine says of its run, as far as it is large and can be said before the guest
 * stops: what was written to disks. What is said and changes afterwards is to be said again; what is left
 * when the guest has stopped goes with the rest of what the driver says.
 */
export interface AheadContent {
  /** Bytes that are to be said yet. */
  readonly left: Bytes;
  /** A piece of it, of about so many bytes. */
  take(most: Bytes): Uint8Array;
}
