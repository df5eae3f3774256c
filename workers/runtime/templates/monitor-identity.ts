import { fileURLToPath } from "node:url";
import { hashSources } from "../hash-sources.ts";

let known: string | undefined;

/**
 * Identifies the whole monitor, as a SHA-256 in hexadecimal. What a machine is after its boot is this
 * build's: another one may have another device, another order of things, or save it otherwise.
 */
export function monitorIdentity(): string {
  known ??= hashSources([fileURLToPath(new URL("../../vmm", import.meta.url))]);
  return known;
}
