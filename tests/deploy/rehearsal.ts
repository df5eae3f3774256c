/**
 * Runs what a manifest's container runs, as processes of this machine: the image's own files (taken
 * by the Dockerfile's COPY lines), the container's command and variables. Only places differ: folders
 * of the container are folders below a temporary one, cluster addresses are loopback ports.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type ProcessPlan,
  type ServedProcess,
  startProcess,
} from "../../services/cli/commands/serve-process.ts";
import type { PodPlace } from "../support/pod-network.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { environmentOf, expanded, podOf } from "./pods.ts";
import { repository } from "./repository.ts";
import { filesOfContext, serviceImage } from "./service-image.ts";

/** Folders of a container that a process of ours may get in their place. */
const shared = ["/data", "/etc/redis", "/var/lib/trapline/blobs"];
const folders = ["/app", "/run/trapline", "/tmp", ...shared];

export interface Rehearsed {
  readonly process: ServedProcess;
  readonly lines: readonly string[];
  /** A probe's or hook's command, run beside the process: its exit status. `1` is the process. */
  exec(command: readonly string[] | undefined): number | null;
  /** The path here of a path in the container. */
  here(path: string): string;
}

export interface RehearsalPlan {
  /** A folder of deploy/images; undefined for a foreign image. */
  readonly image?: string;
  /** The line that says that it can be used. */
  readonly ready: RegExp;
  /** Variables that this machine needs otherwise. */
  readonly changed?: Readonly<Record<string, string>>;
  /** A network namespace of its own; without it, the loopback that all have. */
  readonly place?: PodPlace;
  /** The image's own command instead of the manifest's. */
  readonly isImageCommand?: boolean;
}

export class Rehearsal {
  readonly root = mkdtempSync(join(tmpdir(), "trapline-rehearsal-"));
  readonly #objects: readonly ClusterObject[];
  readonly #replaced: Readonly<Record<string, string>>;
  readonly #processes: ServedProcess[] = [];

  /** Of all pods that were started. */
  readonly addresses: string[] = [];

  /** @param replaced what a command or variable says → what it has to be here: addresses, ports */
  constructor(objects: readonly ClusterObject[], replaced: Readonly<Record<string, string>>) {
    this.#objects = objects;
    this.#replaced = replaced;
  }

  /** The folder here of a volume that several pods mount. */
  volume(folder: string): string {
    return join(this.root, "volumes", folder);
  }

  /** Starts a workload's container. */
  async start(
    workload: string,
    { image, ready, changed = {}, place, isImageCommand = false }: RehearsalPlan,
  ): Promise<Rehearsed> {
    const { container } = podOf(this.#objects, workload);
    this.addresses.push(place?.address ?? "127.0.0.1");
    const own = mkdtempSync(join(this.root, `${workload}-`));
    const here = (text: string) => this.#here(own, text);
    for (const folder of folders) mkdirSync(here(folder), { recursive: true });
    const described = image === undefined ? undefined : serviceImage(image);
    if (described !== undefined) plantImage(here("/app"), described.taken.at(-1) ?? []);
    const variables = {
      ...described?.environment,
      ...environmentOf(this.#objects, podOf(this.#objects, workload), place?.address),
    };
    const said = isImageCommand ? undefined : container.command;
    const given = [
      ...(said ?? described?.command ?? []),
      ...((!isImageCommand && container.args) || []),
    ];
    const words = given.map((word) => here(expanded(word, variables)));
    const environment = {
      PATH: process.env.PATH ?? "",
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, here(value)])),
      ...changed,
    };
    const lines: string[] = [];
    const planOf = ([command = "", ...rest]: readonly string[]): ProcessPlan => {
      const plan = {
        ...{ name: workload, command, words: rest, environment, directory: here("/app"), ready },
        onLine: (line: string) => lines.push(line),
      };
      return place?.within(plan) ?? plan;
    };
    const served = await startProcess(planOf(words));
    this.#processes.push(served);
    return {
      process: served,
      lines,
      here,
      exec: (asked = []) => {
        const { command, words: others } = planOf(
          asked.map((word) => here(word).replace(/(kill -TERM) 1\b/, `$1 ${served.pid}`)),
        );
        return spawnSync(command, others, { env: environment, timeout: 60_000 }).status;
      },
    };
  }

  async stop(): Promise<void> {
    for (const served of this.#processes.toReversed()) await served.stop(10_000);
    rmSync(this.root, { recursive: true, force: true });
  }

  #here(own: string, text: string): string {
    let result = text;
    for (const [there, wanted] of Object.entries(this.#replaced)) {
      result = result.replaceAll(there, wanted);
    }
    return result.replace(
      new RegExp(`(^|[=,' (])(${folders.join("|")})(?=$|[/,' )])`, "g"),
      (_, before: string, folder: string) =>
        `${before}${shared.includes(folder) ? this.volume(folder) : join(own, folder)}`,
    );
  }
}

/** The files that COPY takes from the context, and the packages where the image has them. */
function plantImage(app: string, taken: readonly string[]): void {
  const isTaken = (file: string) =>
    taken.some((path) => file === path || file.startsWith(`${path}/`));
  for (const file of filesOfContext().filter(isTaken)) {
    mkdirSync(dirname(join(app, file)), { recursive: true });
    cpSync(join(repository, file), join(app, file));
  }
  symlinkSync(join(repository, "node_modules"), join(app, "node_modules"));
}
