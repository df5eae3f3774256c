import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashSources } from "./hash-sources.ts";

const monitor = fileURLToPath(new URL("../vmm/", import.meta.url));
/** Folders that decide what is emitted for a region, and what it finds in machine memory. */
const folders = ["base", "isa", "memory", "mmu", "hart", "interpreter", "translator"];

let known: string | undefined;

/**
 * Identifies the code that emits translations, as a SHA-256 in hexadecimal: what one build has kept
 * another must not use. It is made from the sources themselves, so nobody can forget to change it.
 */
export function buildIdentity(): string {
  known ??= hashSources(folders.map((folder) => join(monitor, folder)));
  return known;
}
