// Plain JavaScript that the oldest supported Node runs as it stands, as everything in the launcher.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

/** Beside a bundled program: the size and time of change of each file that it was made of. */
export const inputsFile = "inputs.json";

/** Where the bundled program of a clone, or of an installed package, lies. */
export function programFolder(root, isInstalled) {
  return join(root, isInstalled ? "dist" : ".cache", "program");
}

/**
 * The module to start. `npm run setup` and `npm pack` make a bundle of the program, which starts sooner;
 * in a clone in which one of its sources has changed since, the sources themselves are the program.
 */
export function findProgram(root, isInstalled) {
  const folder = programFolder(root, isInstalled);
  const bundle = join(folder, "main.mjs");
  if (isInstalled ? existsSync(bundle) : isOwn(root, folder) && isFresh(folder)) return bundle;
  return isInstalled
    ? join(root, "dist", "services", "cli", "main.js")
    : join(root, "services", "cli", "main.ts");
}

/**
 * False where a link leads to the folder: then it belongs to another checkout, whose sources the bundle
 * is made of, and is looked up in.
 */
export function isOwn(root, folder) {
  return realPlace(folder) === join(realPlace(root), relative(root, folder));
}

/** Where a path leads, also one of which only the beginning is there. */
function realPlace(path) {
  try {
    return realpathSync(path);
  } catch {
    return join(realPlace(dirname(path)), basename(path));
  }
}

const asFound = { throwIfNoEntry: false };

/** True where the folder has a bundle, and all that it was made of is as it was. */
export function isFresh(folder) {
  try {
    const inputs = JSON.parse(readFileSync(join(folder, inputsFile), "utf8"));
    return inputs.every(({ path, size, mtimeMs }) => {
      // As text: 500 calls of `join` take as long as the files themselves.
      const now = statSync(`${folder}/${path}`, asFound);
      return now !== undefined && now.size === size && now.mtimeMs === mtimeMs;
    });
  } catch {
    return false;
  }
}
