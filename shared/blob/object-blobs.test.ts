import { mkdtemp, readdir, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ObjectBlobs } from "./object-blobs.ts";
import { DirectoryObjects } from "./objects/directory-objects.ts";

let directory: string;
let store: ObjectBlobs;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "blobs-"));
  store = new ObjectBlobs(new DirectoryObjects(directory));
});

afterEach(() => rm(directory, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("ObjectBlobs in a directory", () => {
  test("names a blob by the SHA-256 of its bytes and gives the bytes back", async () => {
    const stored = await store.put([bytes("a"), bytes("bc")]);
    expect(stored).toEqual({ hash: abc, bytes: 3, start: bytes("abc") });
    expect(await store.has(abc)).toBe(true);
    expect(new TextDecoder().decode(await store.read(abc))).toBe("abc");
  });

  test("stores the same bytes once, also when they come twice at the same time", async () => {
    await Promise.all([store.put([bytes("abc")]), store.put([bytes("abc")])]);
    expect(await readdir(join(directory, "ba"))).toEqual([abc.slice(2)]);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  test("leaves nothing behind when a blob is too large or its source fails", async () => {
    await expect(store.put([bytes("abcd")], 3)).rejects.toMatchObject({ code: "too-large" });
    const broken = async function* () {
      yield bytes("abc");
      throw new Error("connection lost");
    };
    await expect(store.put(broken())).rejects.toThrow("connection lost");
    expect(await readdir(directory)).toEqual(["incoming"]);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  test("refuses to hand out bytes that do not match their name", async () => {
    const { hash } = await store.put([bytes("abc")]);
    await truncate(join(directory, hash.slice(0, 2), hash.slice(2)), 2);
    await expect(store.read(hash)).rejects.toMatchObject({ code: "damaged" });
  });

  test.each([
    "../../etc/passwd",
    "",
    "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
    `${abc}/`,
    `../${abc.slice(3)}`,
  ])("refuses the name %j", async (name) => {
    await expect(store.read(name)).rejects.toMatchObject({ code: "bad-name" });
    await expect(store.has(name)).rejects.toMatchObject({ code: "bad-name" });
  });

  test("says which blob is missing", async () => {
    await expect(store.read(abc)).rejects.toMatchObject({ code: "not-found" });
    expect(await store.has(abc)).toBe(false);
  });

  test("stores a file of the host", async () => {
    const path = new URL(import.meta.url).pathname;
    const { hash } = await store.putFile(path);
    expect(Buffer.from(await store.read(hash))).toEqual(await readFile(path));
  });
});
