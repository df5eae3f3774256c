import { hash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { digestOfFiles } from "./digest-of-files.ts";
import { ext2Disk } from "./ext2-disk.ts";
import { filesBelow } from "./files-below.ts";
import { ImageProblem } from "./image-problem.ts";
import { isBuiltFrom } from "./is-built-from.ts";
import { kernelModules } from "./kernel-modules.ts";
import { linuxCommandLine } from "./linux-command-line.ts";
import { type NewcEntry, newcArchive } from "./newc-archive.ts";
import { type LinuxImagePaths, linuxImagePaths } from "./paths.ts";
import { plainKernelImage } from "./plain-kernel-image.ts";
import { PrivateApt } from "./private-apt.ts";
import { runTool } from "./run-tool.ts";

const release = "trixie";
const architecture = "riscv64";
const diskKibibytes = 1024;

/** crc32c_generic is named because ext4 asks for it by its algorithm, not as a dependency. */
const modules = ["virtio_mmio", "virtio_blk", "virtio_rng", "virtio_net", "crc32c_generic", "ext4"];

const sources = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
/** Everything that decides the image besides the packages. */
const isInput = (name: string) => /(^init|^disk\/.*|(?<!\.test)\.ts)$/.test(name);

/**
 * Builds the Linux image unless it is there already, made from the sources as they are now.
 * Kernel and busybox are Debian's own, of release trixie; see README.md for what they are put into.
 *
 * @param force look for newer packages and build in any case
 * @param say receives one line per step
 * @throws ImageProblem with what to do about it
 */
export function ensureLinuxImage({
  force = false,
  say = () => {},
}: {
  force?: boolean;
  say?: (line: string) => void;
} = {}): LinuxImagePaths {
  const paths = linuxImagePaths();
  const inputs = digestOfFiles(sources, filesBelow(sources).filter(isInput));
  if (!force && isBuiltFrom(inputs, paths.manifest, [paths.kernel, paths.initrd, paths.disk]))
    return paths;

  say(`fetching Debian's package index (${release}, ${architecture})`);
  const apt = PrivateApt.open(`${paths.folder}/../apt-${release}`, release, architecture);
  const kernelName = /linux-image-\S+/.exec(apt.show("linux-image-riscv64").depends)?.[0];
  if (kernelName === undefined) {
    throw new ImageProblem(
      "The package linux-image-riscv64 names no kernel package.",
      "The archive has changed: adjust ensure-linux-image.ts.",
    );
  }
  const packages = [apt.show(kernelName), apt.show("busybox-static")];

  const work = `${paths.folder}/building-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    for (const wanted of packages) {
      say(`downloading ${wanted.name} ${wanted.version}`);
      runTool("dpkg-deb", ["-x", apt.download(wanted, architecture), `${work}/root`]);
    }
    say("building kernel, initrd and disk");
    const kernel = plainKernelImage(readFileSync(only(`${work}/root/boot`, /^vmlinu[xz]-/)));
    const initrd = newcArchive(initrdEntries(`${work}/root`));
    const disk = ext2Disk(diskFiles(), diskKibibytes);
    const manifest = {
      release,
      inputs,
      commandLine: linuxCommandLine,
      packages: packages.map(({ name, version, sha256 }) => ({ name, version, sha256 })),
      files: Object.fromEntries(
        Object.entries({ kernel, initrd, disk }).map(([name, bytes]) => [
          name,
          { bytes: bytes.length, sha256: hash("sha256", bytes) },
        ]),
      ),
    };
    rmSync(paths.manifest, { force: true });
    for (const [name, bytes] of Object.entries({ kernel, initrd, disk })) {
      writeFileSync(`${work}/${name}`, bytes);
      renameSync(`${work}/${name}`, `${paths.folder}/${name}`);
    }
    writeFileSync(`${work}/image.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(`${work}/image.json`, paths.manifest);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return paths;
}

function initrdEntries(root: string): NewcEntry[] {
  const modulesFolder = `${root}/usr/lib/modules`;
  const loadable = kernelModules(only(modulesFolder, /./), modules);
  const folders = ["bin", "dev", "lib", "lib/modules", "mnt", "proc", "root", "sys", "tmp"];
  return [
    ...folders.map((path) => ({ kind: "folder" as const, path })),
    { kind: "character-device", path: "dev/console", device: [5, 1] },
    {
      kind: "file",
      path: "bin/busybox",
      executable: true,
      bytes: readFileSync(`${root}/usr/bin/busybox`),
    },
    { kind: "file", path: "init", executable: true, bytes: readFileSync(`${sources}/init`) },
    {
      kind: "file",
      path: "lib/modules/load-order",
      bytes: Buffer.from(loadable.map(({ name }) => `${name}\n`).join("")),
    },
    ...loadable.map(({ name, bytes }) => ({
      kind: "file" as const,
      path: `lib/modules/${name}.ko`,
      bytes,
    })),
  ];
}

function diskFiles() {
  return readdirSync(`${sources}/disk`).map((name) => ({
    name,
    bytes: readFileSync(`${sources}/disk/${name}`),
  }));
}

/** The one entry of a folder whose name fits. */
function only(folder: string, pattern: RegExp): string {
  const names = readdirSync(folder).filter((name) => pattern.test(name));
  if (names.length !== 1) {
    throw new ImageProblem(
      `The packages have ${names.length} files like ${pattern.source} where one was expected.`,
      "The packaging has changed: adjust ensure-linux-image.ts.",
    );
  }
  return `${folder}/${names[0]}`;
}
