import type { UnpackedPackage } from "./unpacked-package.ts";

/** Files below `/var/lib/dpkg`, by name. */
export type DpkgDatabase = ReadonlyMap<string, string>;

/**
 * What dpkg would have noted down if it had unpacked the packages: their state `unpacked`, and who
 * waits for which trigger. dpkg itself cannot be asked, as it would run the packages' scripts on
 * this machine. The packages' own control files (`info/`) are for the caller to place.
 *
 * See dpkg(1), section "Package states", and deb-triggers(5).
 */
export function dpkgDatabase(packages: readonly UnpackedPackage[]): DpkgDatabase {
  return new Map([
    ["status", packages.map(stanza).join("")],
    ["available", ""],
    ["diversions", ""],
    ["statoverride", ""],
    ["info/format", "1\n"],
    ...packages.map((one): [string, string] => [
      `info/${infoName(one)}.list`,
      one.files.map((file) => `${file}\n`).join(""),
    ]),
    ...triggerFiles(packages),
  ]);
}

/** What the names of the package's files in `info/` begin with. */
export function infoName({ name, coinstallable }: UnpackedPackage): string {
  return coinstallable ? `${name}:riscv64` : name;
}

function stanza({ control, configurationFiles }: UnpackedPackage): string {
  const [first = "", ...others] = control.split("\n");
  const files = configurationFiles.map(([path, md5]) => `\n ${path} ${md5}`).join("");
  return [
    first,
    "Status: install ok unpacked",
    ...(files === "" ? [] : [`Conffiles:${files}`]),
    ...others,
    "\n",
  ].join("\n");
}

/** `triggers/NAME` lists who waits for a trigger by that name, `triggers/File` who for a path. */
function triggerFiles(packages: readonly UnpackedPackage[]): [string, string][] {
  const files = new Map<string, string>([["triggers/Unincorp", ""]]);
  const append = (file: string, line: string) =>
    files.set(`triggers/${file}`, `${files.get(`triggers/${file}`) ?? ""}${line}\n`);
  for (const { name, triggers } of packages) {
    for (const line of triggers.split("\n")) {
      const match = /^\s*interest(-await|-noawait)?\s+(\S+)/.exec(line);
      if (match === null) continue;
      const [, kind, trigger = ""] = match;
      const waiting = kind === "-noawait" ? `${name}/noawait` : name;
      if (trigger.startsWith("/")) append("File", `${trigger} ${waiting}`);
      else append(trigger, waiting);
    }
  }
  return [...files];
}
