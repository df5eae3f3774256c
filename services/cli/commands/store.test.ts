import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { DirectoryObjects } from "../../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { runCommandLine } from "../command-line.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "store-"));
  const store = new CheckpointStore(new PageStore(new DirectoryObjects(directory)));
  const labels = { course: "os" };
  for (const [name, value] of [
    ["one", 1],
    ["two", 2],
  ] as const) {
    const { writer } = await store.claim({ name, epoch: 1, labels });
    const pages = [{ page: 0, bytes: new Uint8Array(4096).fill(value) }];
    await writer.publish({ pages, isWhole: true, parts: [], notes: {} });
  }
});

afterEach(() => rm(directory, { recursive: true }));

async function store(...words: string[]) {
  let out = "";
  let err = "";
  const status = await runCommandLine(["store", ...words, "--store", directory], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { status, out, err };
}

test("usage says what is in the store and who keeps it there", async () => {
  const { status, out } = await store("usage");
  expect(status).toBe(0);
  expect(out).toMatch(/^packs {8}0\.0 MiB: 2 with 2 pages/);
  expect(out).toContain("course os");
});

test("what is given up goes with the next collection, the rest stays", async () => {
  expect(await store("remove", "run/one")).toMatchObject({
    status: 0,
    out: "run/one is given up\n",
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { status, out } = await store("collect", "--grace", "0");
  expect(status).toBe(0);
  expect(out).toContain("2 roots lead to 1 checkpoints\nremoved 1 packs, 1 checkpoints, 0 blobs");
  expect(await store("verify")).toMatchObject({
    status: 0,
    out: "1 roots, 1 pages: all is well\n",
  });
});

test("nothing goes that is younger than the grace period", async () => {
  await store("remove", "run/one");
  expect((await store("collect")).out).toContain("removed 0 packs, 0 checkpoints");
});

test("verify names what is damaged, with status 1", async () => {
  const [folder = ""] = await readdir(join(directory, "packs"));
  const [name = ""] = await readdir(join(directory, "packs", folder));
  await truncate(join(directory, "packs", folder, name), 70);
  const { status, out } = await store("verify");
  expect(status).toBe(1);
  expect(out).toMatch(/^run\/(one|two): .*damaged/);
  expect(out).toContain(`pack ${folder}${name}`);
  expect(out).toContain("2 roots, 1 pages: 1 are damaged");
});

test.each([
  [["frobnicate"], "there is no 'trapline store frobnicate'"],
  [["collect", "run/one"], "one name to remove"],
  [["remove"], "one name to remove"],
  [["remove", "runs/one"], "'runs/one' names no root"],
  [["remove", "run/three"], "there is no run/three"],
  [["collect", "--grace", "soon"], "--grace soon is no number"],
])("%j is refused with a sentence", async (words, sentence) => {
  const { status, err } = await store(...words);
  expect(status).toBe(1);
  expect(err).toContain(sentence);
});
