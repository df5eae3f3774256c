import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const monitor = fileURLToPath(new URL("../vmm/", import.meta.url));
/** Folders that decide what is emitted for a region, and what it finds in machine memory. */
const folders = ["base", "isa", "memory", "mmu", "hart", "interpreter", "translator"];

let known: string | undefined;

/**
 * Identifies the code that emits translations, as a SHA-256 in hexadecimal: what one build has kept
 * another must not use. It is made from the sources themselves, so nobody can forget to change it.
 */
export function buildIdentity(): string {
  known ??= identify();
  return known;
}

function identify(): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const names = readdirSync(join(monitor, folder), { recursive: true, encoding: "utf8" });
    for (const name of names.sort()) {
      if (!/\.[jt]s$/.test(name) || name.includes(".test.")) continue;
      hash.update(`${folder}/${name}\n`).update(readFileSync(join(monitor, folder, name)));
    }
  }
  return hash.digest("hex");
}
