import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { CodeStore } from "../../shared/blob/code-store.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import type { ObjectStore } from "../../shared/blob/objects/object-store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined) => found && new TextDecoder().decode(found);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/**
 * What every store of objects promises.
 *
 * @param open gives two doors to one store, as two processes would have them
 */
export function describeObjectStore(
  name: string,
  open: () => Promise<readonly [ObjectStore, ObjectStore]>,
): void {
  describe(name, () => {
    let store: ObjectStore;
    let other: ObjectStore;
    let folder: string;

    beforeEach(async () => {
      [store, other] = await open();
      folder = `t-${randomUUID()}`;
    });

    test("gives back what was written, to others, too", async () => {
      await store.write(`${folder}/a/b.c`, bytes("one"));
      expect(text(await other.read(`${folder}/a/b.c`))).toBe("one");
      await other.write(`${folder}/a/b.c`, bytes("two"));
      expect(text(await store.read(`${folder}/a/b.c`))).toBe("two");
      expect(await store.find(`${folder}/a/b.c`)).toMatchObject({ bytes: 3 });
    });

    test("reads a part of an object, also past its end", async () => {
      await store.write(`${folder}/digits`, bytes("0123456789"));
      expect(text(await store.read(`${folder}/digits`, 2, 3))).toBe("234");
      expect(text(await store.read(`${folder}/digits`, 8))).toBe("89");
      expect(text(await store.read(`${folder}/digits`, 8, 100))).toBe("89");
      expect(text(await store.read(`${folder}/digits`, 10, 1))).toBe("");
      expect(text(await store.read(`${folder}/digits`, 4, 0))).toBe("");
    });

    test("keeps an object of no bytes", async () => {
      await store.write(`${folder}/empty`, bytes(""));
      expect(await store.read(`${folder}/empty`)).toEqual(bytes(""));
    });

    test("says undefined for what is not there, and removes it without complaint", async () => {
      expect(await store.read(`${folder}/none`)).toBeUndefined();
      expect(await store.read(`${folder}/none`, 3, 4)).toBeUndefined();
      expect(await store.find(`${folder}/none`)).toBeUndefined();
      expect(await store.readPointer(`${folder}/none`)).toBeUndefined();
      expect(await all(store.list(folder))).toEqual([]);
      expect(await all(store.listPointers(folder))).toEqual([]);
      await store.remove(`${folder}/none`);
      await store.removePointer(`${folder}/none`);
    });

    test("lists what lies below a folder, with its size and about the time of day", async () => {
      await store.write(`${folder}/x/1`, bytes("1"));
      await store.write(`${folder}/x/y/2`, bytes("22"));
      await store.write(`${folder}/xy`, bytes("no"));
      const found = (await all(store.list(`${folder}/x`))).sort((a, b) => a.bytes - b.bytes);
      expect(found).toMatchObject([
        { key: `${folder}/x/1`, bytes: 1 },
        { key: `${folder}/x/y/2`, bytes: 2 },
      ]);
      for (const { modified } of found)
        expect(Math.abs(Date.now() - modified)).toBeLessThan(60_000);
      await other.remove(`${folder}/x/1`);
      expect((await all(store.list(`${folder}/x`))).map(({ key }) => key)).toEqual([
        `${folder}/x/y/2`,
      ]);
    });

    test("takes an object in pieces, which appears only with its last one", async () => {
      const upload = await store.upload();
      await upload.append(bytes("he"));
      await upload.append(bytes("llo"));
      expect(await all(store.list(folder))).toEqual([]);
      await upload.commit(`${folder}/greeting`);
      await upload.discard();
      expect(text(await other.read(`${folder}/greeting`))).toBe("hello");
    });

    test("leaves nothing of an object that was given up", async () => {
      const upload = await store.upload();
      await upload.append(bytes("he"));
      await upload.discard();
      expect(await all(store.list(folder))).toEqual([]);
    });

    test.each(["", "/", "a//b", "../a", "a/../b", "a/", "/a", ".a", "a/.b", "a b", "a\\b", "ä"])(
      "refuses the key %j",
      async (key) => {
        await expect(store.write(key, bytes("x"))).rejects.toMatchObject({ code: "bad-name" });
        await expect(store.read(key)).rejects.toMatchObject({ code: "bad-name" });
      },
    );

    test("moves a pointer from the version that is named, and from no other", async () => {
      const key = `${folder}/p/one`;
      const first = await store.movePointer(key, bytes("1"), undefined);
      expect(first).toBeDefined();
      expect(await other.movePointer(key, bytes("again"), undefined)).toBeUndefined();
      const second = await other.movePointer(key, bytes("2"), first);
      expect(second).toBeDefined();
      expect(await store.movePointer(key, bytes("stale"), first)).toBeUndefined();
      const present = await store.readPointer(key);
      expect([text(present?.bytes), present?.version]).toEqual(["2", second]);
      await store.movePointer(`${folder}/p/two`, bytes("x"), undefined);
      expect((await all(other.listPointers(`${folder}/p`))).sort()).toEqual([
        `${folder}/p/one`,
        `${folder}/p/two`,
      ]);
    });

    test("moves no pointer from a version when there is none", async () => {
      expect(await store.movePointer(`${folder}/p`, bytes("1"), "7")).toBeUndefined();
      expect(await store.readPointer(`${folder}/p`)).toBeUndefined();
    });

    test("lets one of many writers win each round", async () => {
      const key = `${folder}/race`;
      let version: string | undefined;
      for (let round = 0; round < 12; round++) {
        const moves = await Promise.all(
          Array.from({ length: 6 }, async (_, writer) => {
            const value = `${round} ${writer}`;
            const door = writer % 2 === 0 ? store : other;
            return { value, version: await door.movePointer(key, bytes(value), version) };
          }),
        );
        const won = moves.filter((move) => move.version !== undefined);
        expect(won).toHaveLength(1);
        version = won[0]?.version;
        const present = await store.readPointer(key);
        expect({ value: text(present?.bytes), version: present?.version }).toEqual(won[0]);
      }
    });

    test("forgets a pointer that nobody moves any more", async () => {
      await store.movePointer(`${folder}/p`, bytes("1"), undefined);
      await other.removePointer(`${folder}/p`);
      expect(await store.readPointer(`${folder}/p`)).toBeUndefined();
    });

    test("keeps translations by build and image, and takes a damaged one for none", async () => {
      const [build, image] = [folder, "0".repeat(64)];
      const code = Uint8Array.from({ length: 100_000 }, (_, index) => (index % 300) * (index % 7));
      expect(await new CodeStore(store).read(build, image)).toBeUndefined();
      await new CodeStore(store).write(build, image, code);
      expect(await new CodeStore(other).read(build, image)).toEqual(code);
      expect(await new CodeStore(other).read(build, "1".repeat(64))).toBeUndefined();
      const noise = Uint8Array.from({ length: 500 }, () => Math.floor(Math.random() * 256));
      await new CodeStore(other).write(build, image, noise);
      expect(await new CodeStore(store).read(build, image)).toEqual(noise);
      const key = `code/${build}/${image}`;
      const whole = (await store.read(key)) ?? new Uint8Array();
      for (const at of [0, 20, 41, 44, 45, whole.length - 1]) {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ 0x40;
        await store.write(key, damaged);
        expect(await new CodeStore(store).read(build, image)).toBeUndefined();
        await store.write(key, whole.slice(0, at));
        expect(await new CodeStore(store).read(build, image)).toBeUndefined();
      }
      await store.remove(key);
    });

    test("keeps 64 translations and sweeps the oldest away", async () => {
      const code = new CodeStore(store);
      for (let image = 0; image < 66; image++) {
        await code.write(folder, `i${image}`, Uint8Array.of(image));
      }
      const kept = (await all(store.list(`code/${folder}`))).length;
      expect(kept).toBe(64);
      expect(await code.read(folder, "i65")).toEqual(Uint8Array.of(65));
      for await (const { key } of store.list(`code/${folder}`)) await store.remove(key);
    });

    test("keeps blobs under the hash of their bytes and refuses damaged ones by name", async () => {
      const blobs = new ObjectBlobs(store);
      const { hash } = await blobs.put([bytes(folder), bytes("!")]);
      expect(text(await new ObjectBlobs(other).read(hash))).toBe(`${folder}!`);
      await other.write(`${hash.slice(0, 2)}/${hash.slice(2)}`, bytes("something else"));
      await expect(blobs.read(hash)).rejects.toMatchObject({
        code: "damaged",
        message: expect.stringContaining(hash),
      });
      await expect(blobs.read("0".repeat(64))).rejects.toMatchObject({ code: "not-found" });
      await expect(blobs.put([bytes("abcd")], 3)).rejects.toMatchObject({ code: "too-large" });
    });
  });
}
