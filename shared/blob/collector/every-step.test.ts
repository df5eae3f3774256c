import { setImmediate } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import {
  emptyContent,
  MemoryObjects,
  type StoreContent,
} from "../../../tests/support/memory-objects.ts";
import { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import { PageStore } from "../pages/page-store.ts";
import { Collector } from "./collector.ts";
import { verifyStore } from "./verify-store.ts";

/** A store with a run of two checkpoints, of which the second made most of the first one's pack dead. */
let prepared: StoreContent;

function page(value: number): Uint8Array {
  return new Uint8Array(4096).fill(value);
}

function checkpoints(objects: MemoryObjects): CheckpointStore {
  return new CheckpointStore(new PageStore(objects), { now: () => 0 });
}

function machine(values: readonly number[]) {
  const pages = values.map((value, number) => ({ page: number, bytes: page(value) }));
  return { pages, isWhole: true, parts: [], notes: {} };
}

function copy({ objects, pointers }: StoreContent): StoreContent {
  return { objects: new Map(objects), pointers: new Map(pointers) };
}

/** A door whose step number `last` and all later ones never come to pass, or fail once. */
function doorUntil(content: StoreContent, last: number, how: "dead" | "full") {
  let steps = 0;
  const turn = async () => {
    if (++steps === last && how === "full") {
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    }
    if (steps >= last && how === "dead") await new Promise(() => {});
  };
  const isDead = () => how === "dead" && steps >= last;
  return { objects: new MemoryObjects(content, turn, () => 0), steps: () => steps, isDead };
}

/** Lets something happen until it ends, or comes to the step behind which nothing comes to pass. */
async function outcome(act: Promise<unknown>, isDead: () => boolean): Promise<string> {
  let state = "";
  act.then(
    () => {
      state = "done";
    },
    (error: Error) => {
      state = error.message;
    },
  );
  while (state === "" && !isDead()) await setImmediate();
  // What was under way beside the last step has had its turn, too.
  await setImmediate();
  return state === "" ? "dead" : state;
}

async function ram(content: StoreContent): Promise<number[]> {
  const image = await checkpoints(new MemoryObjects(content)).open("run", "r");
  const found: number[] = [];
  for await (const { page: number, bytes } of image?.read() ?? []) found[number] = bytes[0] ?? 0;
  return found;
}

async function faults(content: StoreContent): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const { fault } of verifyStore(new MemoryObjects(content), 0)) found.push(fault);
  return found.filter((fault) => fault !== undefined);
}

beforeAll(async () => {
  prepared = emptyContent();
  const store = checkpoints(new MemoryObjects(prepared));
  const { writer } = await store.claim({ name: "r", epoch: 1 });
  await writer.publish(machine([1, 2, 3, 4, 5]));
  await writer.publish(machine([1, 9, 9, 9, 9]));
});

const options = { grace: -1, takeOver: true, now: () => 0 };

describe.each(["dead", "full"] as const)("at whichever step a process is %s", (how) => {
  test("a publication is there or is not, and the next one succeeds", async () => {
    const seen = new Set<string>();
    for (let last = 1; ; last++) {
      const content = copy(prepared);
      const { objects, steps, isDead } = doorUntil(content, last, how);
      const act = async () => {
        const { writer } = await checkpoints(objects).claim({ name: "r", epoch: 2 });
        await writer.publish(machine([6, 7]));
      };
      const end = await outcome(act(), isDead);
      expect(["done", how === "dead" ? "dead" : "no space left on device"]).toContain(end);
      const found = await ram(content);
      expect([
        [6, 7],
        [1, 9, 9, 9, 9],
      ]).toContainEqual(found);
      if (end === "done") expect(found).toEqual([6, 7]);
      seen.add(`${end} ${found}`);
      const { writer } = await checkpoints(new MemoryObjects(content)).claim({
        name: "r",
        epoch: 3,
      });
      await writer.publish(machine([8]));
      expect(await ram(content)).toEqual([8]);
      if (end === "done" && steps() < last) break;
    }
    // Killed before the move and after it: both were met.
    if (how === "dead") expect(seen.size).toBe(3);
  });

  test("a collection harms nothing, and the next one finishes its work", async () => {
    for (let last = 1; ; last++) {
      const content = copy(prepared);
      const { objects, steps, isDead } = doorUntil(content, last, how);
      const end = await outcome(new Collector(objects, options).collect(), isDead);
      expect(await faults(content)).toEqual([]);
      expect(await ram(content)).toEqual([1, 9, 9, 9, 9]);
      await new Collector(new MemoryObjects(content), options).collect();
      // Twice, because what a dead one has written anew for nothing is met by the one after.
      await new Collector(new MemoryObjects(content), options).collect();
      expect(await ram(content)).toEqual([1, 9, 9, 9, 9]);
      const kinds = [...content.objects.keys()].map((key) => key.split("/")[0]);
      expect(kinds.filter((kind) => kind === "packs")).toHaveLength(2);
      expect(kinds.filter((kind) => kind === "checkpoints")).toHaveLength(1);
      if (end === "done" && steps() < last) break;
    }
  });
});
