/**
 * Makes dist/ for `npm pack`: the product as JavaScript, because Node does not strip types below
 * node_modules. dist/ mirrors the repository (package.json, assignments and other data included), so
 * a file finds its neighbours by the same relative path in both places.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programFolder } from "../services/cli/find-program.mjs";
import { bundleProgram } from "./bundle-program.ts";
import { ensureConsole } from "./ensure-console.ts";
import { rewriteModuleUrls } from "./rewrite-module-urls.ts";

process.chdir(join(import.meta.dirname, ".."));
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync("tsc", ["-p", "tsconfig.dist.json"], { stdio: "inherit" });
if (status !== 0) process.exit(1);
for (const file of globSync("dist/**/*.js")) {
  writeFileSync(file, rewriteModuleUrls(file, readFileSync(file, "utf8")));
}

// The console is the one part that goes as it was built, not as it was written.
const webConsole = join("services", "console");
const isLeftOut = (path: string) =>
  /\.m?[tj]s$|tsconfig\.json$/.test(path) || path.startsWith(webConsole);
for (const path of ["services", "workers", "shared", "assignments", "package.json"]) {
  cpSync(path, join("dist", path), { recursive: true, filter: (source) => !isLeftOut(source) });
}

await bundleProgram(join("dist", "services", "cli", "main.js"), programFolder(".", true));
await ensureConsole();
cpSync(join(webConsole, "dist"), join("dist", webConsole, "dist"), { recursive: true });
