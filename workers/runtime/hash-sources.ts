import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** SHA-256, in hexadecimal, over all sources in these folders but their tests. */
export function hashSources(folders: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    for (const name of names.sort()) {
      if (!/\.[jt]s$/.test(name) || name.includes(".test.")) continue;
      hash.update(`${basename(folder)}/${name}\n`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest("hex");
}
