import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { LocalDisk } from "./local-run.ts";
import { openDisks } from "./open-disks.ts";

const folder = mkdtempSync(join(tmpdir(), "disks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const image = join(folder, "a.img");
writeFileSync(image, new Uint8Array(1024));
symlinkSync(image, join(folder, "link.img"));

function disk(name: string, options: Partial<LocalDisk> = {}): LocalDisk {
  return { name, file: image, readOnly: false, snapshot: false, ...options };
}

test("what a guest writes to a snapshot disk never reaches the file", () => {
  using opened = openDisks([disk("x", { snapshot: true })]);
  const block = opened.disks.get("x");
  block?.write(0, new Uint8Array(512).fill(9));
  const seen = new Uint8Array(512);
  block?.read(0, seen);
  expect(seen[0]).toBe(9);
  expect(readFileSync(image).every((byte) => byte === 0)).toBe(true);
});

test("one file may be read through two disks", () => {
  using opened = openDisks([disk("x", { readOnly: true }), disk("y", { snapshot: true })]);
  expect([...opened.disks.keys()]).toEqual(["x", "y"]);
});

test("one file is never written through two disks, whatever its path", () => {
  const second = disk("y", { readOnly: true, file: join(folder, "link.img") });
  expect(() => openDisks([disk("x"), second])).toThrowError(
    expect.objectContaining({ name: "Failure", code: "disk-shared" }),
  );
});
