/**
 * Everything that is quick to know about the sources: format and lint, types (all of it, then the
 * pure monitor on its own), unused code, fast unit tests. All run at once; each failure prints its
 * own output.
 */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

const checks: Readonly<Record<string, string>> = {
  "format and lint": "biome check --error-on-warnings .",
  types: "tsc",
  "types of the monitor": "tsc -p workers/vmm",
  "types of the web console": "tsc -p services/console",
  "unused code": "knip --no-progress",
  "unit tests": "vitest run --project unit",
};

async function run(name: string, command: string): Promise<boolean> {
  const start = performance.now();
  const [program = "", ...words] = command.split(" ");
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  const status = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const passed = (await status) === 0;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (!passed) console.log(`${output}${errors}`);
  return passed;
}

const results = await Promise.all(
  Object.entries(checks).map(([name, command]) => run(name, command)),
);
process.exitCode = results.every((passed) => passed) ? 0 : 1;
