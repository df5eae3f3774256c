import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { promisify } from "node:util";
import { ImageProblem } from "../linux/image-problem.ts";
import { infoName } from "./dpkg-database.ts";
import { type ListedFile, parseListing } from "./parse-listing.ts";
import type { UnpackedPackage } from "./unpacked-package.ts";

const run = promisify(execFile);

/** Prints what `dpkg-deb --contents` prints, and does what `--extract` does, decompressing once. */
const extraction =
  'dpkg-deb --fsys-tarfile "$1" | tar --extract -vv --preserve-permissions --warning=no-timestamp -C "$2"';

/**
 * Unpacks a package into the tree `root`, and its control files to where dpkg keeps them there.
 * An ordinary user owns what is unpacked: `special` lists what does not belong to root, or has mode
 * bits that a change of owner takes away.
 *
 * @param isLeftOut whether a path is not to be unpacked
 * @throws ImageProblem when the package cannot be read
 */
export async function unpackPackage(
  file: string,
  root: string,
  isLeftOut: (path: string) => boolean,
): Promise<{ readonly unpacked: UnpackedPackage; readonly special: readonly ListedFile[] }> {
  const info = `${root}/var/lib/dpkg/info`;
  const control = `${info}/${basename(file)}`;
  mkdirSync(control, { recursive: true });
  const [listing] = await Promise.all([
    tool("bash", "-o", "pipefail", "-c", extraction, "extraction", file, root),
    tool("dpkg-deb", "--control", file, control),
  ]);
  const entries = parseListing(listing);
  for (const { path, isFolder } of entries) {
    // As with dpkg, it stays in the list of what belongs to the package.
    if (!isFolder && isLeftOut(path)) rmSync(`${root}${path}`);
  }
  const read = (name: string) =>
    existsSync(`${control}/${name}`) ? readFileSync(`${control}/${name}`, "utf8") : "";
  const fields = read("control").trimEnd();
  const unpacked: UnpackedPackage = {
    name: /^Package: (.*)$/m.exec(fields)?.[1] ?? "",
    control: fields,
    files: entries.map(({ path }) => path),
    configurationFiles: read("conffiles")
      .split("\n")
      // A line with a flag in front tells dpkg to remove a file of former times.
      .filter((path) => path.startsWith("/"))
      .map((path) => [path, hash("md5", readFileSync(`${root}${path}`))]),
    triggers: read("triggers"),
    coinstallable: /^Multi-Arch: same$/m.test(fields),
  };
  for (const name of readdirSync(control).filter((one) => one !== "control")) {
    renameSync(`${control}/${name}`, `${info}/${infoName(unpacked)}.${name}`);
  }
  rmSync(control, { recursive: true });
  const special = entries.filter(
    ({ path, isSymbolicLink, owner, mode }) =>
      !isSymbolicLink && !isLeftOut(path) && (owner !== "root:root" || mode.length > 3),
  );
  return { unpacked, special };
}

async function tool(name: string, ...args: readonly string[]): Promise<string> {
  try {
    const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LC_ALL: "C" } };
    return (await run(name, args, options)).stdout;
  } catch (error) {
    throw new ImageProblem(
      `${name} failed: ${error instanceof Error ? error.message : String(error)}`,
      "Build on Debian or Ubuntu; if a package is damaged, remove it and run the command again.",
    );
  }
}
