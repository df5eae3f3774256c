/** `npm run image:debian [-- --force]`: builds the Debian image and says where it is. */
import { statSync } from "node:fs";
import { ImageProblem } from "../linux/image-problem.ts";
import { ensureDebianImage } from "./ensure-debian-image.ts";

const options = process.argv.slice(2);
const unknown = options.find((option) => option !== "--force");

try {
  if (unknown !== undefined) {
    throw new ImageProblem(`Unknown option ${unknown}.`, "The only option is --force.");
  }
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const paths = await ensureDebianImage({
    force: options.includes("--force"),
    say: (line) => console.log(`image:debian: ${line} (at ${seconds()} s)`),
  });
  for (const file of [paths.kernel, paths.initrd, paths.disk]) {
    console.log(`${file}  ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
  }
  console.log(`image:debian: ready (${seconds()} s)`);
} catch (error) {
  if (!(error instanceof ImageProblem)) throw error;
  console.error(`image:debian: ${error.message}\n  ${error.hint}`);
  process.exitCode = 1;
}
