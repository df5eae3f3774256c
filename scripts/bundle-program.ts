/**
 * The program `trapline` in a few large files, which start a third sooner than the hundreds that it
 * is written in: to find, read and link a module takes Node a quarter of a millisecond. Packages stay
 * where npm put them.
 */
import { resolve } from "node:path";
import { rolldown } from "rolldown";
import { keepModuleUrls } from "./keep-module-urls.ts";

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
    plugins: [keepModuleUrls(resolve(folder))],
  });
  try {
    const { output } = await bundle.write({
      dir: folder,
      format: "esm",
      entryFileNames: "main.mjs",
      chunkFileNames: "[name]-[hash].mjs",
    });
    return { files: output.map(({ fileName }) => fileName), inputs: await bundle.watchFiles };
  } finally {
    await bundle.close();
  }
}
