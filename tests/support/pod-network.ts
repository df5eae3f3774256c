import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ProcessPlan,
  type ServedProcess,
  startProcess,
} from "../../services/cli/commands/serve-process.ts";

/** A network namespace of its own, with an address in the cluster's network. */
export interface PodPlace {
  readonly address: string;
  /** The plan of a process in it. */
  within(plan: ProcessPlan): ProcessPlan;
}

/** Pods that reach each other by their own addresses, and nobody else. */
export interface PodNetwork {
  pod(): Promise<PodPlace>;
  /** @returns a port of this host's loopback that leads to a port of a pod */
  door(address: string, port: number): Promise<number>;
  stop(): Promise<void>;
}

const relay = fileURLToPath(new URL("./unix-relay.ts", import.meta.url));
const bridge = "ip link add cluster type bridge && ip link set cluster up && ip link set lo up";

/**
 * How a network of one's own is had: by root, or by anybody where user namespaces are allowed. Undefined
 * where neither is.
 */
export const networkNamespace: readonly string[] | undefined = [
  ["--net"],
  ["--user", "--map-root-user", "--net"],
].find((words) => spawnSync("unshare", [...words, "sh", "-c", bridge]).status === 0);

/**
 * Starts a network of namespaces: a bridge in one, and each pod in one of its own at the end of a cable.
 *
 * @throws Error where the host allows no namespaces
 */
export async function startPodNetwork(): Promise<PodNetwork> {
  if (networkNamespace === undefined) throw new Error("no network namespaces on this host");
  const isOfUser = networkNamespace.includes("--user");
  const folder = mkdtempSync(join(tmpdir(), "trapline-net-"));
  const processes: ServedProcess[] = [];
  const doors: Server[] = [];
  const hold = async (name: string, command: string, words: readonly string[]) => {
    const held = await startProcess({
      ...{ name, command, words, directory: tmpdir(), ready: /^(up|open)$/ },
      environment: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      onLine: () => undefined,
    });
    processes.push(held);
    return held;
  };
  const enter = (pid: number) => [
    ...[`--target=${pid}`, "--net"],
    ...(isOfUser ? ["--user", "--preserve-credentials"] : []),
  ];
  const stay = "echo up; exec sleep infinity";
  const cluster = await hold("network", "unshare", [
    ...networkNamespace,
    ...["sh", "-c", `${bridge} && ip addr add 10.244.0.1/16 dev cluster && ${stay}`],
  ]);
  const inside = (pid: number, script: string) => {
    const { status, stderr } = spawnSync("nsenter", [...enter(pid), "--", "sh", "-ec", script], {
      encoding: "utf8",
      env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    if (status !== 0) throw new Error(stderr);
  };
  let pods = 0;
  return {
    pod: async () => {
      const number = ++pods;
      const address = `10.244.${1 + Math.floor(number / 200)}.${1 + (number % 200)}`;
      const words = [...enter(cluster.pid), "--", "unshare", "--net", "sh", "-c", stay];
      const { pid } = await hold(`pod-${number}`, "nsenter", words);
      inside(
        cluster.pid,
        `ip link add pod${number} type veth peer name eth0 netns ${pid}
        ip link set pod${number} master cluster up`,
      );
      inside(pid, `ip addr add ${address}/16 dev eth0; ip link set eth0 up; ip link set lo up`);
      return {
        address,
        within: (plan) => ({
          ...plan,
          command: "nsenter",
          words: [...enter(pid), "--", plan.command, ...plan.words],
        }),
      };
    },
    door: async (address, port) => {
      const socket = join(folder, `${address}-${port}`);
      const words = [...enter(cluster.pid), "--", process.execPath, relay, socket, address];
      await hold("door", "nsenter", [...words, String(port)]);
      const server = createServer((outside) => {
        const within = connect(socket);
        outside.pipe(within).pipe(outside);
        outside.on("error", () => within.destroy());
        within.on("error", () => outside.destroy());
      });
      doors.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    },
    stop: async () => {
      for (const server of doors) server.close();
      await Promise.all(processes.map((one) => one.stop(1000)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
