/** The program `trapline`, under Node (22.18 or newer) and Deno; `trapline.mjs` finds the runtime. */
import module from "node:module";
import process from "node:process";
import { runCommandLine } from "./command-line.ts";

// A process that is killed at its end would never keep what it has compiled. Deno has its own cache.
setTimeout(() => module.flushCompileCache?.(), 1000).unref();
// Who reads it may have enough, as `head` has; it ends as if the pipe's signal had ended it.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(141);
  throw error;
});
const status = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
// A reader that is slower than we are must still get all; what keeps the loop alive must not.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
await new Promise<void>((resolve) => process.stderr.write("", () => resolve()));
process.exit(status);
