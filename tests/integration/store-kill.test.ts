import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { Collector } from "../../shared/blob/collector/collector.ts";
import { verifyStore } from "../../shared/blob/collector/verify-store.ts";
import { DirectoryObjects } from "../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";

const program = fileURLToPath(new URL("../support/checkpoint-loop.ts", import.meta.url));

/**
 * Runs the process, and kills it some milliseconds after its claim or, in every other epoch, after it
 * has kept something. The last number kept.
 */
async function runAndKill(directory: string, epoch: number, delay: number): Promise<number> {
  const child = spawn(process.execPath, [program, directory, String(epoch)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let kept = 0;
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => resolve());
    child.once("error", reject);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const isFirst = kept === 0;
      if (line !== "claimed") kept = Number(line.slice("kept ".length));
      const starts = epoch % 2 === 0 ? isFirst && kept > 0 : line === "claimed";
      if (starts) void sleep(delay).then(() => child.kill("SIGKILL"));
    });
  });
  return kept;
}

test("a process that is killed at any instant leaves its last checkpoint or the one after", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kill-"));
  const objects = new DirectoryObjects(directory);
  let last = 0;
  for (let epoch = 1; epoch <= 12; epoch++) {
    const kept = Math.max(last, await runAndKill(directory, epoch, 7 * epoch));
    const image = await new CheckpointStore(new PageStore(objects)).open("run", "victim");
    const number = Number(image?.header.notes.number ?? 0);
    expect([kept, kept + 1]).toContain(number);
    for await (const { page, bytes } of image?.read() ?? []) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      expect([view.getUint32(0), bytes[9]]).toEqual([number, page + 1]);
    }
    if (number > 0) {
      expect(await image?.readPart("section", "number")).toEqual(Uint8Array.of(number % 256));
    }
    if (epoch % 3 === 0) await new Collector(objects, { grace: 0 }).collect();
    for await (const { fault } of verifyStore(objects, Date.now())) expect(fault).toBeUndefined();
    last = number;
  }
  expect(last).toBeGreaterThanOrEqual(6);
  await new Collector(objects, { grace: -60_000 }).collect();
  expect(await readdir(join(directory, "incoming"))).toEqual([]);
  await rm(directory, { recursive: true });
});
