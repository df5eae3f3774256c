import { Failure } from "../base/failure.ts";
import type { VirtioConfig } from "./config.ts";

const macPattern = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
/** QEMU's first card has this address, each further one the next. */
const firstMac = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56] as const;
const groupBit = 1;

/**
 * The address of a network card: the configured one, or by its number among the machine's cards.
 *
 * Failures: `mac-invalid`.
 */
export function macOf({ mac }: VirtioConfig & { kind: "net" }, card: number): Uint8Array {
  if (mac === undefined) {
    const bytes = Uint8Array.from(firstMac);
    bytes[5] = firstMac[5] + card;
    return bytes;
  }
  const bytes = Uint8Array.from(mac.split(":"), (part) => Number.parseInt(part, 16));
  if (macPattern.test(mac) && ((bytes[0] ?? 0) & groupBit) === 0) return bytes;
  throw new Failure(
    "mac-invalid",
    `"${mac}" is no address of a network card.`,
    "Write six pairs of hexadecimal digits, 52:54:00:12:34:56, with an even first one.",
  );
}
