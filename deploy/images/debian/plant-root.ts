import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow } from "../linux/files-below.ts";
import { dpkgDatabase, infoName } from "./dpkg-database.ts";
import { pathFilter } from "./path-filter.ts";
import { unpackPackage } from "./unpack-package.ts";

const sources = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
/** Enough to keep two cores busy. */
const atOnce = 4;

/**
 * Leaves behind what the first stage of debootstrap does: the packages' files, dpkg's database in
 * which they are unpacked, and what the second stage needs.
 *
 * @param files the packages, of which the first is the one that makes the root's folders
 */
export async function plantRoot(root: string, [first = "", ...rest]: readonly string[]) {
  const isLeftOut = pathFilter(readFileSync(`${sources}/root/etc/dpkg/dpkg.cfg.d/small`, "utf8"));
  const all = [await unpackPackage(first, root, isLeftOut)];
  while (rest.length > 0) {
    const some = rest.splice(0, atOnce).map((file) => unpackPackage(file, root, isLeftOut));
    all.push(...(await Promise.all(some)));
  }
  const packages = all.map(({ unpacked }) => unpacked);
  const special = all.flatMap((one) => one.special);
  const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join("");
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(dirname(`${root}/${name}`), { recursive: true });
    writeFileSync(`${root}/${name}`, content);
  };
  mkdirSync(`${root}/var/lib/dpkg/updates`, { recursive: true });
  for (const [name, text] of dpkgDatabase(packages)) write(`var/lib/dpkg/${name}`, text);
  for (const name of filesBelow(`${sources}/root`)) {
    write(name, readFileSync(`${sources}/root/${name}`));
  }
  const owners = special.map(({ mode, owner, path }) => `${mode} ${owner} ${path}`);
  write("var/lib/trapline/owners", lines(owners));
  write("var/lib/trapline/order", lines(packages.map(infoName)));
  writeFileSync(`${root}/second-stage`, readFileSync(`${sources}/second-stage`), { mode: 0o755 });
}
