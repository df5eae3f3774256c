import type { DebugPort } from "../../vmm/mod.ts";

/** The map of physical addresses, in the form of QEMU's `info mtree`. */
export function showRegions({ regions }: Pick<DebugPort, "regions">): string {
  const lines = regions.map(({ name, address, bytes, isMemory }) => {
    const kind = isMemory ? "ram" : "i/o";
    return `    ${hex(address)}-${hex(address + bytes - 1)} (prio 0, ${kind}): ${name}\n`;
  });
  return `address-space: memory\n  ${hex(0)}-${"f".repeat(16)} (prio 0, i/o): system\n${lines.join("")}`;
}

function hex(address: number): string {
  return address.toString(16).padStart(16, "0");
}
