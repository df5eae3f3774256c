/**
 * The web console as the API serves it: `services/console/dist`. Built where what it is made of has
 * changed since the last time, which takes about a second.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = join(root, "services/console");
/** Beside what is served, of which each has a name of its own; emptied with it. */
const note = join(folder, "dist/built-from");

/** @returns whether anything had to be built */
export async function ensureConsole(): Promise<boolean> {
  const sources = digestOfSources();
  if (existsSync(note) && readFileSync(note, "utf8") === sources) return false;
  // Only here: to look is quick, and Vite is not.
  const { build } = await import("vite");
  await build({ configFile: join(folder, "vite.config.ts"), logLevel: "error" });
  writeFileSync(note, sources);
  return true;
}

/** Of the console's own files, those that it may take from `shared`, and the locked packages. */
function digestOfSources(): string {
  const hash = createHash("sha256");
  const paths = globSync(
    ["services/console/**/*.*", "shared/{schema,telemetry,protocol}/*.ts", "package-lock.json"],
    { cwd: root, exclude: ["**/dist/**", "**/*.test.ts"] },
  );
  for (const path of paths.sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}
