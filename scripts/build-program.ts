/** Bundles the program of a clone where that is needed; `scripts/setup.mjs` runs it. */
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { inputsFile, isFresh, isOwn, programFolder } from "../services/cli/find-program.mjs";
import { bundleProgram } from "./bundle-program.ts";

const day = 24 * 3600 * 1000;
const root = join(import.meta.dirname, "..");
const folder = programFolder(root, false);
// What is another checkout's stays as it is: this one runs from its sources then.
if (isOwn(root, folder) && !isFresh(folder)) {
  const begun = Date.now();
  const { files, inputs } = await bundleProgram(join(root, "services/cli/main.ts"), folder);
  const made = inputs.map((path) => {
    const { size, mtimeMs } = statSync(path);
    return { path: relative(folder, path), size, mtimeMs };
  });
  // Nobody knows which state of a file that was changed meanwhile has been read: the next time, then.
  const isCertain = made.every(({ mtimeMs }) => mtimeMs < begun);
  if (isCertain) writeFileSync(join(folder, inputsFile), JSON.stringify(made));
  // Those of the build before may still be wanted by a process that runs.
  for (const name of readdirSync(folder)) {
    const isOld = statSync(join(folder, name)).mtimeMs < Date.now() - day;
    if (isOld && name !== inputsFile && !files.includes(name)) rmSync(join(folder, name));
  }
}
