import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { digestOfFiles } from "../linux/digest-of-files.ts";
import { ensureLinuxImage } from "../linux/ensure-linux-image.ts";
import { filesBelow } from "../linux/files-below.ts";
import { isBuiltFrom } from "../linux/is-built-from.ts";
import { plainKernelImage } from "../linux/plain-kernel-image.ts";
import { type PackageFile, PrivateApt } from "../linux/private-apt.ts";
import { debianPackages } from "./packages.ts";
import { type DebianImagePaths, debianImagePaths } from "./paths.ts";
import { plantRoot } from "./plant-root.ts";
import { createRootDisk, readFromRootDisk } from "./root-disk.ts";
import { runSecondStage } from "./run-second-stage.ts";
import { settleTimes } from "./settle-times.ts";

const release = "trixie";
const architecture = "riscv64";
const sources = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
/** Everything that decides the image besides the packages. */
const isInput = (name: string) => /(^second-stage|^root\/.*|(?<!\.test)\.ts)$/.test(name);

/**
 * Builds the Debian image unless it is there already, made from the sources as they are now: a
 * root file system as debootstrap makes one for another architecture. The packages are unpacked
 * here and configured there, by riscv64's own programs in Trapline's own machine.
 *
 * @param force look for newer packages and build in any case
 * @param say receives one line per step
 * @throws ImageProblem with what to do about it
 */
export async function ensureDebianImage({
  force = false,
  say = () => {},
}: {
  force?: boolean;
  say?: (line: string) => void;
} = {}): Promise<DebianImagePaths> {
  const paths = debianImagePaths();
  const inputs = digestOfFiles(sources, filesBelow(sources).filter(isInput));
  if (!force && isBuiltFrom(inputs, paths.manifest, [paths.kernel, paths.initrd, paths.disk]))
    return paths;

  const linux = ensureLinuxImage({ force, say });
  say(`fetching Debian's package index (${release}, ${architecture})`);
  const apt = PrivateApt.open(`${paths.folder}/../apt-${release}`, release, architecture);
  const packages = apt.closure(debianPackages).sort(byRank);
  say(`downloading ${packages.length} packages`);
  const files = apt.downloadAll(packages);

  const work = `${paths.folder}/building-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(`${work}/root`, { recursive: true });
  try {
    say("unpacking");
    const started = Date.now();
    await plantRoot(`${work}/root`, files);
    settleTimes(`${work}/root`, started);
    say("making the disk");
    const disk = `${work}/disk`;
    createRootDisk(`${work}/root`, disk);
    say("second stage: configuring the packages in a machine of their own");
    const log = `${paths.folder}/second-stage.log`;
    await runSecondStage({ linux, disk, folder: work, log, say });
    say("taking out kernel and initrd");
    const inBoot = (kind: string) => readFromRootDisk(disk, `/${kind}`, work);
    const kernel = plainKernelImage(inBoot("vmlinuz"));
    const initrd = inBoot("initrd.img");
    const manifest = {
      release,
      inputs,
      packages: packages.map(({ name, version }) => ({ name, version })),
      files: {
        kernel: hash("sha256", kernel),
        initrd: hash("sha256", initrd),
        disk: hash("sha256", readFileSync(disk)),
      },
    };
    rmSync(paths.manifest, { force: true });
    writeFileSync(`${work}/kernel`, kernel);
    writeFileSync(`${work}/initrd`, initrd);
    for (const name of ["kernel", "initrd", "disk"] as const) {
      renameSync(`${work}/${name}`, paths[name]);
    }
    writeFileSync(`${work}/image.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(`${work}/image.json`, paths.manifest);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return paths;
}

/** base-files first, because it makes `/bin` and others links into `/usr`; otherwise apt's order. */
function byRank(one: PackageFile, other: PackageFile): number {
  return Number(other.name === "base-files") - Number(one.name === "base-files");
}
