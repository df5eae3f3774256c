import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProcess } from "../../services/cli/commands/serve-process.ts";
import { redisPlan } from "../../services/cli/commands/serve-redis.ts";

const main = fileURLToPath(new URL("../../services/api/main.ts", import.meta.url));

test("an API whose Redis is gone still ends when it is asked to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trapline-api-"));
  const { url, plan } = await redisPlan(folder, false);
  const redis = await startProcess(plan);
  const api = await startProcess({
    name: "api",
    command: process.execPath,
    words: ["--disable-warning=ExperimentalWarning", main],
    environment: {
      PATH: process.env.PATH ?? "",
      ...{ REDIS_URL: url, TRAPLINE_HOST: "127.0.0.1", TRAPLINE_PORT: "0" },
      TRAPLINE_BLOBS: join(folder, "blobs"),
    },
    directory: folder,
    ready: /^api listening on (\S+)$/,
    onLine: () => undefined,
  });
  process.kill(redis.pid, "SIGKILL");
  await redis.ended;
  await api.stop(20_000);
  // It ended by itself, and was not made to.
  expect(await api.ended).toBe("status 0");
  rmSync(folder, { recursive: true });
}, 40_000);
