import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { parseModule } from "./parse-module.ts";
import type { SourceModule } from "./source-module.ts";

/** Parses every TypeScript file of the product below `root`; unit tests may import what they like. */
export function readModules(root: string): SourceModule[] {
  return globSync("{services,workers,shared}/**/*.{ts,tsx}", { cwd: root })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => path.split(sep).join("/"))
    .sort()
    .map((path) => parseModule(path, readFileSync(join(root, path), "utf8")));
}
