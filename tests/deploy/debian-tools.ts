/**
 * kustomize and docker-compose of Debian 13, on any machine with Debian's or Ubuntu's apt: fetched
 * once into `.cache` (25 MB), checked by apt against Debian's key. Nothing is installed, and neither
 * needs an engine or a cluster for what is asked of it here.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PrivateApt } from "../../deploy/images/linux/private-apt.ts";
import { runTool } from "../../deploy/images/linux/run-tool.ts";

const release = "trixie";
const folder = fileURLToPath(new URL("../../.cache/deploy-tools", import.meta.url));
const packages = ["kustomize", "docker-compose"];

export interface DebianTools {
  readonly kustomize: string;
  readonly compose: string;
}

/**
 * @returns why they are not to be had on this machine, where they are not
 * @throws ImageProblem when they cannot be fetched
 */
export function debianTools(): DebianTools | string {
  const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  if (process.platform !== "linux" || architecture === undefined) {
    return `Debian has no programs for ${process.platform} on ${process.arch}`;
  }
  if (spawnSync("apt-get", ["--version"]).status !== 0) return "apt-get is missing";
  const root = `${folder}/root`;
  if (!existsSync(root)) fetchInto(root, architecture);
  return {
    kustomize: `${root}/usr/bin/kustomize`,
    compose: `${root}/usr/libexec/docker/cli-plugins/docker-compose`,
  };
}

function fetchInto(root: string, architecture: string): void {
  // Test files run side by side: each fetches for itself, and the first one's files stay.
  const work = `${folder}/${process.pid}`;
  try {
    const apt = PrivateApt.open(`${work}/apt`, release, architecture);
    mkdirSync(`${work}/root`, { recursive: true });
    for (const name of packages) {
      const file = apt.download(apt.show(name), architecture);
      runTool("dpkg-deb", ["-x", file, `${work}/root`]);
    }
    renameSync(`${work}/root`, root);
  } catch (error) {
    // The other one was faster.
    if (!existsSync(root)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
