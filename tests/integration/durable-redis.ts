import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServedProcess, startProcess } from "../../services/cli/commands/serve-process.ts";

/** A Redis with an append-only file, on a loopback port of its own, that can be killed and comes back. */
export async function startDurableRedis() {
  const directory = await mkdtemp(join(tmpdir(), "trapline-redis-"));
  const port = await freePort();
  const input = [
    "bind 127.0.0.1",
    `port ${port}`,
    `dir ${JSON.stringify(directory)}`,
    'save ""',
    "appendonly yes",
    "",
  ].join("\n");
  const start = (): Promise<ServedProcess> =>
    startProcess({
      ...{ name: "redis", command: "redis-server", words: ["-"], input, directory },
      environment: { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
      ready: /ready to accept connections/i,
      onLine: () => undefined,
    });
  let running = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    killAndRestart: async () => {
      process.kill(running.pid, "SIGKILL");
      await running.ended;
      running = await start();
    },
    stop: async () => {
      await running.stop(5000);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}
