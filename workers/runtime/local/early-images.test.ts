import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EarlyImages } from "./early-images.ts";

const folder = mkdtempSync(join(tmpdir(), "trapline-early-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("an image is handed out once, whole", async () => {
  const path = join(folder, "kernel");
  const content = new Uint8Array(3_000_000).map((_, i) => i * 7);
  writeFileSync(path, content);
  const early = new EarlyImages([path, undefined]);
  await early.arrive();
  expect(Buffer.from(early.take(path) ?? []).equals(content)).toBe(true);
  expect(early.take(path)).toBeUndefined();
});

test("what cannot be read so is left to who asks for it", async () => {
  const missing = join(folder, "missing");
  const directory = join(folder, "directory");
  mkdirSync(directory);
  const early = new EarlyImages([missing, directory]);
  await early.arrive();
  expect([early.take(missing), early.take(directory)]).toEqual([undefined, undefined]);
});
