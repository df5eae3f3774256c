/**
 * The program `trapline` in a few large files, which start a third sooner than the hundreds that it
 * is written in: to find, read and link a module takes Node a quarter of a millisecond. Packages stay
 * where npm put them.
 */
import { writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { engineModule } from "../workers/vmm/mod.ts";
import { keepModuleUrls } from "./keep-module-urls.ts";

const engineFile = "engine.wasm";

/** To write the engine takes a cold process 40 ms, to read it one. */
function engineFromFile(folder: string): Plugin {
  return {
    name: "engine-from-file",
    load(path) {
      if (!/\bprebuilt-engine\.[jt]s$/.test(path)) return undefined;
      const file = relative(dirname(path), join(folder, engineFile)).split(sep).join("/");
      return `import { readFileSync } from "node:fs";
const file = new URL(${JSON.stringify(file)}, import.meta.url);
export const prebuiltEngine = () => readFileSync(file);`;
    },
  };
}

/**
 * @param entry the program's main module
 * @param folder for the files, of which `main.mjs` is the first; what is there already stays
 * @returns the names of the files, and the absolute paths of the modules that they were made of
 * @throws where a module is not found, naming it
 */
export async function bundleProgram(
  entry: string,
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly inputs: readonly string[] }> {
  const bundle = await rolldown({
    input: resolve(entry),
    platform: "node",
    external: (name, from) => from !== undefined && /^[a-z@]/.test(name),
    plugins: [keepModuleUrls(resolve(folder)), engineFromFile(resolve(folder))],
  });
  try {
    const { output } = await bundle.write({
      dir: folder,
      format: "esm",
      entryFileNames: "main.mjs",
      chunkFileNames: "[name]-[hash].mjs",
    });
    writeFileSync(join(folder, engineFile), engineModule());
    const files = [...output.map(({ fileName }) => fileName), engineFile];
    return { files, inputs: await bundle.watchFiles };
  } finally {
    await bundle.close();
  }
}
