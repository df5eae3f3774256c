import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** SHA-256 over the names and the contents of files in a folder: what an image was made from. */
export function digestOfFiles(folder: string, names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(`${folder}/${name}`))
      .update("\0");
  }
  return hash.digest("hex");
}
