import { lstatSync, lutimesSync, readdirSync } from "node:fs";

/** 2026-01-01T00:00:00Z in Unix seconds: when the machine's clock starts, too. */
const madeAt = 1_767_225_600;

/**
 * Takes what depends on the time of unpacking out of a tree: files that were made since `started`
 * (Unix time in milliseconds), and folders, which otherwise have the time of whichever package was
 * unpacked last, are of a fixed time; all others are of their package's. Access times are those of
 * modification.
 */
export function settleTimes(root: string, started: number): void {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = entries.map(({ parentPath, name }) => `${parentPath}/${name}`);
  for (const path of [root, ...paths]) {
    const entry = lstatSync(path);
    const { mtimeMs } = entry;
    const seconds =
      entry.isDirectory() || mtimeMs >= started - 1000 ? madeAt : Math.floor(mtimeMs / 1000);
    lutimesSync(path, seconds, seconds);
  }
}
