import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProcessPlan, startProcess } from "../../services/cli/commands/serve-process.ts";
import { isHostError } from "../../shared/blob/objects/host-error.ts";

/** A file system of a few MiB that can be filled, and is there for some processes only. */
export interface SmallDisk {
  /** Where the processes have it. */
  readonly path: string;
  /** Where this process sees the same files. */
  readonly here: string;
  /** The plan of a process that has it. */
  within(plan: ProcessPlan): ProcessPlan;
  /** Takes every byte that is left: each write fails with ENOSPC. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  stop(): Promise<void>;
}

/**
 * How a mount of one's own is had: by root, or by anybody where user namespaces are allowed. Undefined
 * where neither is.
 */
export const mountNamespace: readonly string[] | undefined = [
  ["--mount"],
  ["--user", "--map-root-user", "--mount"],
].find(
  (words) =>
    spawnSync("unshare", [...words, "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0,
);

/**
 * Mounts a tmpfs in a mount namespace that lives as long as the disk.
 *
 * @param path a folder; made where it is not there
 * @throws Error where the host allows no namespaces
 */
export async function startSmallDisk(path: string, mebibytes: number): Promise<SmallDisk> {
  if (mountNamespace === undefined) throw new Error("no mount namespaces on this host");
  mkdirSync(path, { recursive: true });
  const holder = await startProcess({
    name: "disk",
    command: "unshare",
    words: [
      ...mountNamespace,
      ...["sh", "-c", 'mount -t tmpfs -o "$1" none "$2" && echo mounted && exec sleep infinity'],
      ...["sh", `size=${mebibytes}m,mode=0777`, path],
    ],
    environment: { PATH: process.env.PATH ?? "" },
    directory: tmpdir(),
    ready: /^mounted$/,
    onLine: () => undefined,
  });
  const here = `/proc/${holder.pid}/root${path}`;
  const filler = join(here, "filler");
  const enter = [
    ...[`--target=${holder.pid}`, "--mount"],
    ...(mountNamespace.includes("--user") ? ["--user", "--preserve-credentials"] : []),
  ];
  return {
    ...{ path, here },
    within: (plan) => ({
      ...plan,
      command: "nsenter",
      words: [
        ...[...enter, "--", "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", plan.directory],
        ...[plan.command, ...plan.words],
      ],
    }),
    fill: () => {
      try {
        for (;;) writeFileSync(filler, new Uint8Array(4096), { flag: "a" });
      } catch (error) {
        if (!isHostError(error, "ENOSPC")) throw error;
      }
    },
    free: () => rmSync(filler, { force: true }),
    stop: () => holder.stop(1000),
  };
}
