import { readFileSync } from "node:fs";
import { fileProblem } from "../../host/file-problem.ts";
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
    throw new Failure(
      "image-unreadable",
      `cannot read the ${role} '${path}': ${fileProblem(error)}`,
      "check the path and that you may read the file",
    );
  }
}
