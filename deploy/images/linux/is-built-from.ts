import { existsSync, readFileSync } from "node:fs";

/**
 * Whether an image is there, and its manifest says that it was made from these inputs.
 *
 * @param manifest file with a JSON object that has the digest as `inputs`
 * @param files what the image consists of besides
 */
export function isBuiltFrom(inputs: string, manifest: string, files: readonly string[]): boolean {
  if (![manifest, ...files].every((file) => existsSync(file))) return false;
  const built: { inputs?: string } = JSON.parse(readFileSync(manifest, "utf8"));
  return built.inputs === inputs;
}
