import type { MigrationChannel } from "../../vmm/mod.ts";

/**
 * Carries frames from each channel to the other until both are at an end, no faster than either takes
 * them. What ends one ends the other in the same way.
 */
export function joinChannels(a: MigrationChannel, b: MigrationChannel): void {
  const carry = (from: MigrationChannel, to: MigrationChannel) => {
    while (to.room > 0) {
      const frame = from.receive();
      if (!frame) break;
      to.send(frame);
    }
    if (from.state === "cut" && to.state === "open") to.cut();
    if (from.state === "closed" && to.state === "open") to.close();
  };
  const both = () => {
    carry(a, b);
    carry(b, a);
  };
  a.onChange = both;
  b.onChange = both;
  both();
}
