/** `npm run image:linux [-- --force]`: builds the Linux image and says where it is. */
import { statSync } from "node:fs";
import { ensureLinuxImage } from "./ensure-linux-image.ts";
import { ImageProblem } from "./image-problem.ts";

const options = process.argv.slice(2);
const unknown = options.find((option) => option !== "--force");

try {
  if (unknown !== undefined) {
    throw new ImageProblem(`Unknown option ${unknown}.`, "The only option is --force.");
  }
  const started = performance.now();
  const paths = ensureLinuxImage({
    force: options.includes("--force"),
    say: (line) => console.log(`image:linux: ${line}`),
  });
  for (const file of [paths.kernel, paths.initrd, paths.disk]) {
    console.log(`${file}  ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
  }
  console.log(`image:linux: ready (${((performance.now() - started) / 1000).toFixed(1)} s)`);
} catch (error) {
  if (!(error instanceof ImageProblem)) throw error;
  console.error(`image:linux: ${error.message}\n  ${error.hint}`);
  process.exitCode = 1;
}
