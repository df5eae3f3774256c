import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type AptSource, parseAptSources } from "./apt-sources.ts";
import { ImageProblem } from "./image-problem.ts";
import { runTool } from "./run-tool.ts";

const releases =
  /^(buster|bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates|-backports)?$/;

/**
 * The Debian mirror that this machine's own apt uses, so that the image comes from wherever its
 * owner decided that packages come from. TRAPLINE_DEBIAN_MIRROR overrides it (a machine that does
 * not run Debian). Any mirror will do: what it serves is checked against Debian's signature.
 *
 * @throws ImageProblem when no source of the machine is a Debian archive
 */
export function debianMirror(): string {
  const chosen = process.env.TRAPLINE_DEBIAN_MIRROR;
  if (chosen !== undefined && chosen !== "") return chosen;
  const mirror = pickMirror(machineSources());
  if (mirror === undefined) {
    throw new ImageProblem(
      "None of this machine's apt sources is an archive of Debian.",
      "Set TRAPLINE_DEBIAN_MIRROR to the address of a Debian mirror and run the command again.",
    );
  }
  return mirror;
}

/** The first address that serves a whole Debian release: neither security updates nor others' packages. */
export function pickMirror(sources: readonly AptSource[]): string | undefined {
  const archive = sources.find(
    ({ suites, components }) =>
      components.includes("main") && suites.some((suite) => releases.test(suite)),
  );
  return archive?.uris[0];
}

function machineSources(): AptSource[] {
  const shell = runTool("apt-config", [
    "shell",
    "LIST",
    "Dir::Etc::sourcelist/f",
    "PARTS",
    "Dir::Etc::sourceparts/d",
  ]).toString();
  const list = /^LIST='(.*)'$/m.exec(shell)?.[1] ?? "";
  const parts = /^PARTS='(.*)'$/m.exec(shell)?.[1] ?? "";
  const inParts = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [list, ...inParts.map((name) => `${parts}${name}`)];
  return files
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .flatMap((file) =>
      parseAptSources(readFileSync(file, "utf8"), file.endsWith(".list") ? "one-line" : "deb822"),
    );
}
