import { relative, sep } from "node:path";
import type { Plugin } from "rolldown";

/**
 * A module that names a neighbour by its own place, as the entry of a thread, goes on doing so when
 * it is bundled: its place is said from where the bundle lies.
 *
 * @param folder absolute path of the bundle's files
 */
export function keepModuleUrls(folder: string): Plugin {
  return {
    name: "keep-module-urls",
    transform(code, path) {
      if (!code.includes("import.meta.")) return undefined;
      const unknown = code.match(/import\.meta\.(?!url\b)\w+/);
      if (unknown) throw new Error(`${path} uses ${unknown[0]}; write import.meta.url`);
      const place = JSON.stringify(relative(folder, path).split(sep).join("/"));
      return code.replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`);
    },
  };
}
