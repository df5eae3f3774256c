import { randomBytes } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UsageFailure } from "../usage-failure.ts";
import { freePorts } from "./free-ports.ts";
import type { ProcessPlan } from "./serve-process.ts";

/**
 * How a Redis (or Valkey) of our own is started: on a free loopback port, with a password that is made
 * up now, because every user of the machine can reach a loopback port. One that is started by the same
 * plan again is found where it was.
 *
 * @param directory where it keeps its data
 * @param isDurable keep an append-only file, as BullMQ's production guide asks for
 * @throws UsageFailure when none is installed
 */
export async function redisPlan(
  directory: string,
  isDurable: boolean,
): Promise<{ readonly url: string; readonly plan: ProcessPlan }> {
  const command = findOnPath(["redis-server", "valkey-server"]);
  if (command === undefined) {
    throw new UsageFailure(
      "serve-redis",
      "neither redis-server nor valkey-server is installed",
      "install one (Debian: apt-get install redis-server), or set REDIS_URL to a running one",
    );
  }
  await mkdir(directory, { recursive: true });
  const [port = 0] = await freePorts(1);
  const password = randomBytes(18).toString("hex");
  const plan: ProcessPlan = {
    name: "redis",
    command,
    // The configuration comes on standard input, so that no process list shows the password.
    words: ["-"],
    input: [
      "bind 127.0.0.1",
      `port ${port}`,
      `requirepass ${password}`,
      `dir ${JSON.stringify(directory)}`,
      'save ""',
      `appendonly ${isDurable ? "yes" : "no"}`,
      // A queue must never be evicted from (BullMQ's production guide).
      "maxmemory-policy noeviction",
      "",
    ].join("\n"),
    environment: { PATH: globalThis.process.env.PATH ?? "" },
    directory,
    ready: /ready to accept connections/i,
    // It reports every connection and its own end; what matters is told by those who use it.
    onLine: () => undefined,
  };
  return { url: `redis://:${password}@127.0.0.1:${port}`, plan };
}

function findOnPath(names: readonly string[]): string | undefined {
  const folders = (globalThis.process.env.PATH ?? "").split(delimiter);
  return [...folders, "/usr/sbin", "/usr/local/sbin"]
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
