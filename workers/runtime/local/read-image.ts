import { readFileSync } from "node:fs";
import { Failure } from "../../vmm/mod.ts";

/**
 * Reads a whole image file.
 *
 * @param role what the file is to the machine, for the message: `kernel`, `initrd`, `firmware`
 * @throws Failure `image-unreadable`
 */
export function readImage(role: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(
      "image-unreadable",
      `could not load ${role} '${path}': ${reason}`,
      "check the path and that you may read the file",
    );
  }
}
