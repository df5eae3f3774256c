/** The program `trapline`, under Node (22.18 or newer) and Deno; `trapline.mjs` finds the runtime. */
import module from "node:module";
import process from "node:process";
import { runCommandLine } from "./command-line.ts";

// A process that is killed at its end would never keep what it has compiled. Deno has its own cache.
setTimeout(() => module.flushCompileCache?.(), 1000).unref();
const status = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
// A reader that is slower than we are must still get all; what keeps the loop alive must not.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
await new Promise<void>((resolve) => process.stderr.write("", () => resolve()));
process.exit(status);
