/** What harts know of the machine around them, new or restored. */
import type { Hart } from "../hart/hart.ts";
import type { GuestRam } from "../memory/guest-ram.ts";

/** @param hasSbi whether a call from S-mode is one to the monitor's own SBI */
export function wireHarts(harts: readonly Hart[], ram: GuestRam, hasSbi: boolean): void {
  for (const hart of harts) {
    hart.set("guestMap", ram.map);
    hart.set("ramPages", ram.pages);
    if (hasSbi) hart.set("hypercalls", 1);
  }
}
