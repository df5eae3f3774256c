import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import {
  emptyContent,
  MemoryObjects,
  type StoreContent,
} from "../../../tests/support/memory-objects.ts";
import { PageStore } from "../pages/page-store.ts";
import { RootStore } from "../roots/root-store.ts";
import { checkpointKey, parseCheckpoint } from "./checkpoint-format.ts";
import { CheckpointStore } from "./checkpoint-store.ts";
import type { CheckpointContent } from "./checkpoint-writer.ts";
import { Quotas } from "./quotas.ts";

let content: StoreContent;
let store: CheckpointStore;

beforeEach(() => {
  content = emptyContent();
  store = open();
});

/** A door to the store as another process has it. */
function open(options = {}): CheckpointStore {
  return new CheckpointStore(new PageStore(new MemoryObjects(content)), {
    pause: async () => {},
    ...options,
  });
}

function page(number: number): Uint8Array {
  const bytes = new Uint8Array(4096);
  if (number !== 0) new DataView(bytes.buffer).setUint32(40, number);
  return bytes;
}

function machine(pages: Record<number, number>, more: Partial<CheckpointContent> = {}) {
  return {
    pages: Object.entries(pages).map(([number, value]) => {
      return { page: Number(number), bytes: page(value) };
    }),
    isWhole: false,
    parts: [],
    notes: {},
    ...more,
  };
}

async function ramOf(from: CheckpointStore, kind: "run" | "template", name: string) {
  const image = await from.open(kind, name);
  const ram: Record<number, number> = {};
  for await (const { page: number, bytes } of image?.read() ?? []) {
    ram[number] = new DataView(bytes.buffer, bytes.byteOffset).getUint32(40);
  }
  return ram;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const packs = () => [...content.objects.keys()].filter((key) => key.startsWith("packs/"));

describe("a run's checkpoints", () => {
  test("hold what the machine held, however it came to it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.nat(9).map(String), fc.nat(4), { maxKeys: 5 }), {
          minLength: 1,
          maxLength: 40,
        }),
        async (changes) => {
          content = emptyContent();
          store = open();
          const { writer } = await store.claim({ name: "r", epoch: 1 });
          const ram: Record<number, number> = {};
          for (const change of changes) {
            Object.assign(ram, change);
            await writer.publish(machine(change));
          }
          const present = Object.entries(ram).filter(([, value]) => value !== 0);
          expect(await ramOf(open(), "run", "r")).toEqual(Object.fromEntries(present));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("cost what has changed, and their chain stays short", async () => {
    const { writer } = await store.claim({ name: "r", epoch: 1 });
    await writer.publish(machine(Object.fromEntries(range(2000).map((n) => [n, n + 1]))));
    const sizes: number[] = [];
    let deepest = 0;
    for (const round of range(40)) {
      const { name, statistics } = await writer.publish(machine({ [round]: 10_000 + round }));
      expect(statistics.pages).toBe(1);
      const bytes = content.objects.get(checkpointKey(name))?.bytes ?? new Uint8Array();
      sizes.push(bytes.length);
      deepest = Math.max(deepest, parseCheckpoint(name, bytes).header.depth);
    }
    expect(sizes.filter((size) => size < 1000)).toHaveLength(38);
    expect(deepest).toBe(16);
    expect(Object.keys(await ramOf(open(), "run", "r"))).toHaveLength(2000);
  });

  test("keep sections and code as they are, whatever their length", async () => {
    const lengths = [0, 1, 4095, 4096, 4097, 50_000];
    const parts = lengths.map((length) => ({
      kind: length % 2 === 0 ? ("section" as const) : ("code" as const),
      name: `part ${length}`,
      bytes: Uint8Array.from(range(length).map((index) => (index % 7) * (length % 11))),
    }));
    const { writer } = await store.claim({ name: "r", epoch: 1 });
    await writer.publish(machine({ 1: 1 }, { parts, notes: { instructions: "12345" } }));
    const image = await open().open("run", "r");
    expect(image?.header.notes).toEqual({ instructions: "12345" });
    for (const { kind, name, bytes } of parts) {
      expect(await image?.readPart(kind, name)).toEqual(bytes);
    }
    await expect(image?.readPart("code", "none")).rejects.toMatchObject({ code: "not-found" });
  });

  test("are read page by page, too, and a zero page is nothing", async () => {
    const { writer } = await store.claim({ name: "r", epoch: 1 });
    await writer.publish(machine({ 3: 7, 4: 0 }));
    const image = await open().open("run", "r");
    expect(image?.ramPages).toEqual([3]);
    expect(await image?.readPage(3)).toEqual(Buffer.from(page(7)));
    expect(await image?.readPage(4)).toBeUndefined();
  });
});

describe("an epoch", () => {
  test("ends when a higher one claims the run: its writer moves nothing any more", async () => {
    const first = await store.claim({ name: "r", epoch: 1 });
    await first.writer.publish(machine({ 1: 1 }));
    const second = await open().claim({ name: "r", epoch: 2 });
    await expect(first.writer.publish(machine({ 1: 66 }))).rejects.toMatchObject({ code: "stale" });
    expect(await ramOf(open(), "run", "r")).toEqual({ 1: 1 });
    expect(second.image?.ramPages).toEqual([1]);
    await second.writer.publish(machine({ 2: 2 }));
    await expect(first.writer.publish(machine({ 1: 66 }))).rejects.toMatchObject({ code: "stale" });
    expect(await ramOf(open(), "run", "r")).toEqual({ 1: 1, 2: 2 });
  });

  test("is refused when a higher one has the run, and when the run has been removed", async () => {
    await store.claim({ name: "r", epoch: 3 });
    await expect(open().claim({ name: "r", epoch: 2 })).rejects.toMatchObject({ code: "stale" });
    await expect(open().remove("run", "r", 2)).rejects.toMatchObject({ code: "stale" });
    await store.remove("run", "r", 3);
    await expect(open().claim({ name: "r", epoch: 9 })).rejects.toMatchObject({ code: "stale" });
    expect(await open().open("run", "r")).toBeUndefined();
  });

  test("holds when a move's answer is lost, but not the move", async () => {
    const deaf = new MemoryObjects(content);
    const { movePointer } = deaf;
    deaf.movePointer = async (...move) => {
      await movePointer.apply(deaf, move);
      return undefined;
    };
    const { writer } = await new CheckpointStore(new PageStore(deaf)).claim({
      name: "r",
      epoch: 1,
    });
    await writer.publish(machine({ 1: 1 }));
    await writer.publish(machine({ 2: 2 }));
    expect(await ramOf(open(), "run", "r")).toEqual({ 1: 1, 2: 2 });
  });
});

describe("a template", () => {
  test("is stored once, however many runs start as it", async () => {
    const { writer } = await store.claim({ name: "boot", epoch: 1 });
    await writer.publish(machine(Object.fromEntries(range(3000).map((n) => [n, n + 1]))));
    await store.makeTemplate("boot", { name: "shell", epoch: 1 });
    await store.remove("run", "boot", 1);
    const before = packs().length;
    for (const number of range(20)) {
      const clone = await open().claim({ name: `clone-${number}`, epoch: 1 }, "shell");
      expect(clone.image?.ramPages).toHaveLength(3000);
      for (const round of range(20)) {
        await clone.writer.publish(machine({ [round]: 0, 5000: 90_000 + number * 20 + round }));
      }
    }
    // Each clone has written one page of its own per checkpoint, and refers to the template's.
    expect(packs().length - before).toBe(20 * 20);
    const ram = await ramOf(open(), "run", "clone-19");
    expect(Object.keys(ram)).toHaveLength(3000 - 20 + 1);
    expect(ram[5000]).toBe(90_000 + 19 * 20 + 19);
    const { root } = (await new RootStore(new MemoryObjects(content)).read("run", "clone-7")) ?? {};
    expect(root?.bytes).toBeLessThan(40_000);
  });

  test("that is made anew leaves the runs alone that started as the old one", async () => {
    const maker = await store.template({ name: "shell", epoch: 1 });
    await maker.publish(machine({ 1: 1 }, { isWhole: true }));
    const { writer } = await open().claim({ name: "r", epoch: 1 }, "shell");
    await maker.publish(machine({ 1: 2 }, { isWhole: true }));
    await writer.publish(machine({ 2: 2 }));
    expect(await ramOf(open(), "run", "r")).toEqual({ 1: 1, 2: 2 });
    expect(await ramOf(open(), "template", "shell")).toEqual({ 1: 2 });
  });

  test("that is not there is named", async () => {
    await expect(store.claim({ name: "r", epoch: 1 }, "shell")).rejects.toMatchObject({
      code: "not-found",
      message: "there is no template shell",
    });
  });
});

describe("quotas", () => {
  test("refuse a checkpoint with whose limit it is, and the run keeps the one before", async () => {
    const limited = open({ quotas: { run: 1500 }, now: () => 0 });
    const { writer } = await limited.claim({ name: "r", epoch: 1 });
    await writer.publish(machine({ 1: 1 }));
    const many = Object.fromEntries(range(4000).map((n) => [n, n + 1]));
    await expect(writer.publish(machine(many))).rejects.toMatchObject({
      code: "over-quota",
      message: expect.stringContaining("run r"),
    });
    expect(await ramOf(open(), "run", "r")).toEqual({ 1: 1 });
    await writer.publish(machine({ 2: 2 }));
  });

  test("count all runs of an assignment and of a course together", async () => {
    const labels = { course: "os", assignment: "xv6" };
    const claimed = await open().claim({ name: "a", epoch: 1, labels });
    await claimed.writer.publish(machine(Object.fromEntries(range(900).map((n) => [n, n + 1]))));
    const held = await store.roots.read("run", "a");
    const bytes = held?.root.bytes ?? 0;
    expect(bytes).toBeGreaterThan(10_000);
    for (const limit of ["assignment", "course"] as const) {
      const limited = open({ quotas: { [limit]: bytes + 1000 }, now: () => 0 });
      const { writer } = await limited.claim({ name: `b-${limit}`, epoch: 1, labels });
      const many = Object.fromEntries(range(900).map((n) => [n, n + 7777]));
      await expect(writer.publish(machine(many))).rejects.toMatchObject({
        code: "over-quota",
        message: expect.stringContaining(limit === "course" ? "course os" : "assignment xv6"),
      });
      const other = await limited.claim({ name: `c-${limit}`, epoch: 1 });
      await other.writer.publish(machine(many));
    }
  });

  test("let shrink what is over its limit", async () => {
    const { writer } = await store.claim({ name: "r", epoch: 1 });
    await writer.publish(machine({ 1: 1, 2: 2, 3: 3 }));
    const held = await store.roots.read("run", "r");
    if (held === undefined) throw new Error("no root");
    const quotas = new Quotas(store.roots, { run: 1 }, () => 0);
    await quotas.check({ ...held.root, bytes: 2 }, 3);
    await expect(quotas.check({ ...held.root, bytes: 3 }, 2)).rejects.toMatchObject({
      code: "over-quota",
    });
  });
});

describe("damage", () => {
  test("of a checkpoint's manifest is named, wherever it is", async () => {
    const { writer } = await store.claim({ name: "r", epoch: 1 });
    const { name } = await writer.publish(machine({ 1: 1, 2: 0, 3: 3 }));
    const whole = content.objects.get(checkpointKey(name))?.bytes ?? new Uint8Array();
    expect(parseCheckpoint(name, whole).rows).toHaveLength(2);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ by;
        expect(() => parseCheckpoint(name, damaged)).toThrow(`checkpoint ${name} is damaged`);
        expect(() => parseCheckpoint(name, whole.subarray(0, at))).toThrow("is damaged");
      }),
    );
  });

  test("of a root is named", async () => {
    await store.claim({ name: "r", epoch: 1 });
    content.pointers.set("roots/run/r", { bytes: Uint8Array.of(1), version: "x" });
    await expect(store.open("run", "r")).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringContaining("roots/run/r"),
    });
  });
});

test("blobs that are not there any more cannot be protected", async () => {
  await expect(store.protect("submission", "s", ["0".repeat(64)])).rejects.toMatchObject({
    code: "collected",
  });
});
