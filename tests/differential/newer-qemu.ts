/**
 * QEMU of Debian 13 (version 10), which knows the extensions that came after 7.2, on any machine with
 * Debian's or Ubuntu's apt: its packages are fetched once into `.cache/qemu-trixie` (34 MB) and
 * started by their own loader with their own libraries. Nothing is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PrivateApt } from "../../deploy/images/linux/private-apt.ts";
import { runTool } from "../../deploy/images/linux/run-tool.ts";
import { implementedExtensions } from "../../workers/vmm/isa/table.ts";
import type { Qemu } from "./qemu.ts";

const release = "trixie";
const architecture = "amd64";
const folder = fileURLToPath(new URL(`../../.cache/qemu-${release}`, import.meta.url));

/**
 * @param say receives one line per step
 * @returns why there is none on this machine, where there is none
 * @throws ImageProblem when it cannot be fetched
 */
export function newerQemu(say: (line: string) => void = () => {}): Qemu | string {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `Debian's QEMU is fetched for Linux on x86-64, and this is ${process.platform} on ${process.arch}`;
  }
  if (spawnSync("apt-get", ["--version"]).status !== 0) return "apt-get is missing";
  const root = `${folder}/root`;
  if (!existsSync(root)) fetchInto(root, say);
  const libraries = `${root}/usr/lib/x86_64-linux-gnu`;
  // Without `-nodefaults` it looks for modules where an older QEMU may have its own.
  const command = [
    `${libraries}/ld-linux-x86-64.so.2`,
    ...["--library-path", libraries],
    ...[`${root}/usr/bin/qemu-system-riscv64`, "-nodefaults"],
  ] as const;
  const version = spawnSync(command[0], [...command.slice(1), "--version"]).stdout;
  return {
    name: `QEMU ${/version (\d+\.\d+)/.exec(String(version))?.[1]}`,
    command: [...command],
    cpuModel: ["rv64i", ...extensions(), "sv57=true", "marchid=0", "mimpid=0"].join(","),
  };
}

/** Triggers have another name there; state enables: see `installedQemu`. */
const leftOut = new Set(["sdtrig", "smstateen"]);

function extensions(): string[] {
  const ours = implementedExtensions.filter((name) => !leftOut.has(name));
  return [...ours, "s", "u", "mmu", "pmp"].map((name) => `${name}=true`);
}

function fetchInto(root: string, say: (line: string) => void): void {
  say(`fetching Debian's package index (${release}, ${architecture})`);
  const apt = PrivateApt.open(`${folder}/apt`, release, architecture);
  const packages = apt.closure(["qemu-system-riscv"]);
  say(`downloading qemu-system-riscv with ${packages.length - 1} others`);
  const work = `${root}-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    for (const file of apt.downloadAll(packages)) runTool("dpkg-deb", ["-x", file, work]);
    renameSync(work, root);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(`${folder}/apt`, { recursive: true, force: true });
  }
}
