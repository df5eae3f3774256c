import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeObjectStore } from "../../../tests/support/object-store-contract.ts";
import { DirectoryObjects } from "./directory-objects.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "objects-"));
});

afterAll(() => rm(directory, { recursive: true }));

describeObjectStore("objects in a directory", async () => [
  new DirectoryObjects(directory),
  new DirectoryObjects(directory),
]);

test("a pointer's old versions are swept away, and a writer that slept meanwhile has lost", async () => {
  const store = new DirectoryObjects(directory);
  let version: string | undefined;
  for (let move = 0; move < 20; move++) {
    version = await store.movePointer("sweep/p", Uint8Array.of(move), version);
  }
  expect((await readdir(join(directory, "sweep/p"))).length).toBeLessThan(8);
  // What a writer leaves that was stopped between its look and its link, and then killed.
  await writeFile(join(directory, "sweep/p", "000000000003"), "stale");
  expect((await store.readPointer("sweep/p"))?.bytes[0]).toBe(19);
  expect(await store.movePointer("sweep/p", Uint8Array.of(1), "3")).toBeUndefined();
  expect(await store.movePointer("sweep/p", Uint8Array.of(20), version)).toBe("21");
});

test("hidden files, which a network file system leaves for a while, are nobody's", async () => {
  const store = new DirectoryObjects(directory);
  await store.write("hidden/object", Uint8Array.of(1));
  const version = await store.movePointer("hidden-pointer/p", Uint8Array.of(1), undefined);
  for (const folder of ["hidden", "hidden-pointer/p"]) {
    await writeFile(join(directory, folder, ".nfs0000000000001"), "");
  }
  const found: string[] = [];
  for await (const { key } of store.list("hidden")) found.push(key);
  expect(found).toEqual(["hidden/object"]);
  expect(await store.readPointer("hidden-pointer/p")).toMatchObject({ version });
  expect(await store.movePointer("hidden-pointer/p", Uint8Array.of(2), version)).toBe("2");
});

test("what killed writers have left is removed once it is old", async () => {
  const store = new DirectoryObjects(directory);
  const killed = await store.upload();
  await killed.append(Uint8Array.of(1));
  const [left = ""] = await readdir(join(directory, "incoming"));
  expect(await store.tidy(Date.now() - 3_600_000)).toBe(0);
  await utimes(join(directory, "incoming", left), 1, 1);
  expect(await store.tidy(Date.now() - 3_600_000)).toBe(1);
  expect(await readdir(join(directory, "incoming"))).toEqual([]);
  // A process that is killed does not have to close what it had open; this one lives on.
  await killed.discard();
});
