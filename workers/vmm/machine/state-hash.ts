/**
 * The state hash: SHA-256 over everything that a run determines, in one canonical order.
 *
 * Pages of zeros count like pages never touched, so the hash does not tell how memory is backed.
 */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type HashStart, ownHash } from "../base/hash-start.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import { isZero } from "../memory/is-zero.ts";

type Plain = unknown;

/** @param start the runtime's own SHA-256, which is several times as fast, where there is one */
export function stateHash(
  components: Readonly<Record<string, Plain>>,
  ram: GuestRam,
  start: HashStart = ownHash,
): string {
  const hash = start();
  hash.update(utf8ToBytes(canonical(components)));
  ram.forEachResident((page, content) => {
    if (isZero(content)) return;
    hash.update(utf8ToBytes(`page ${page}:`));
    hash.update(content.slice());
  });
  return bytesToHex(hash.digest());
}

/** JSON with sorted keys, bytes as hex and bigints as decimal text. */
function canonical(value: Plain): string {
  if (value instanceof Uint8Array) return JSON.stringify(bytesToHex(value));
  if (typeof value === "bigint") return JSON.stringify(value.toString());
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}
