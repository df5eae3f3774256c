import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PrivateApt } from "../linux/private-apt.ts";
import { runTool } from "../linux/run-tool.ts";

/** Absolute paths of the firmware images. */
export interface FirmwarePaths {
  /** OpenSBI that starts what the boot ROM names: what QEMU has as its default. */
  readonly dynamic: string;
  /** OpenSBI that jumps to 0x8020_0000. */
  readonly jump: string;
  /** U-Boot as an S-mode program. */
  readonly uBoot: string;
}

const release = "trixie";
const openSbi = "usr/lib/riscv64-linux-gnu/opensbi/generic";
/** Where the files lie in Debian's packages. */
const sources: Readonly<Record<keyof FirmwarePaths, string>> = {
  dynamic: `${openSbi}/fw_dynamic.bin`,
  jump: `${openSbi}/fw_jump.bin`,
  uBoot: "usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin",
};
const packages = ["opensbi", "u-boot-qemu"];
/** They hold programs for other machines than the one that they are installed on. */
const packageArchitecture = "all";

/**
 * Fetches Debian's OpenSBI and U-Boot for RISC-V, unmodified, into `.cache/images/firmware`, unless
 * they are there.
 *
 * @param say receives one line per step
 * @throws ImageProblem with what to do about it
 */
export function ensureFirmware(say: (line: string) => void = () => {}): FirmwarePaths {
  const folder = fileURLToPath(new URL("../../../.cache/images/firmware", import.meta.url));
  const names = Object.keys(sources) as (keyof FirmwarePaths)[];
  const paths = Object.fromEntries(
    names.map((name) => [name, `${folder}/${sources[name].split("/").at(-1)}`]),
  ) as Record<keyof FirmwarePaths, string>;
  if (names.every((name) => existsSync(paths[name]))) return paths;

  say(`fetching Debian's package index (${release})`);
  const apt = PrivateApt.open(`${folder}/../apt-${release}`, release, "riscv64");
  const work = `${folder}/unpacking-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    for (const name of packages) {
      const found = apt.show(name);
      say(`downloading ${name} ${found.version}`);
      runTool("dpkg-deb", ["-x", apt.download(found, packageArchitecture), work]);
    }
    for (const name of names) {
      writeFileSync(`${work}/file`, readFileSync(`${work}/${sources[name]}`));
      renameSync(`${work}/file`, paths[name]);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return paths;
}
