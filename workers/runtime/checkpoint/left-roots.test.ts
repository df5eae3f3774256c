import { expect, test } from "vitest";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { MemoryObjects } from "../../../tests/support/memory-objects.ts";
import { LeftRoots } from "./left-roots.ts";
import { RunCheckpoints } from "./run-checkpoints.ts";

/** Objects of which no pointer moves while their disk is full. */
class FullObjects extends MemoryObjects {
  isFull = false;

  override async movePointer(...move: Parameters<MemoryObjects["movePointer"]>) {
    if (this.isFull) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    return super.movePointer(...move);
  }
}

function newRuns() {
  const objects = new FullObjects();
  const store = new CheckpointStore(new PageStore(objects));
  const left = new LeftRoots(store);
  const onLeft = left.add.bind(left);
  const run = (name: string, epoch: number) =>
    new RunCheckpoints(store, { name, epoch }, { onLeft, isOurs: async () => true });
  const isKept = async (name: string) =>
    (await store.roots.read("run", name))?.root.removed === null;
  return { objects, store, left, run, isKept };
}

test("a run that ends on a full disk gives its root up when there is room again", async () => {
  const { objects, store, left, run, isKept } = newRuns();
  for (const name of ["a", "b"]) await store.claim({ name, epoch: 1 });
  objects.isFull = true;
  // It cannot be claimed, so it is only read: there is no checkpoint in it.
  for (const name of ["a", "b"]) {
    const next = run(name, 2);
    await next.takeOver();
    await next.remove();
  }
  expect(left.names).toEqual(["a", "b"]);
  await left.retry();
  expect(left.names).toEqual(["a", "b"]);
  objects.isFull = false;
  // Meanwhile somebody has begun one of them again.
  await store.claim({ name: "b", epoch: 3 });
  await left.retry();
  expect(left.names).toEqual([]);
  expect(await isKept("a")).toBe(false);
  expect(await isKept("b")).toBe(true);
});

test("a run without checkpoints leaves nothing", async () => {
  const { objects, left, run } = newRuns();
  objects.isFull = true;
  await run("a", 1).remove();
  expect(left.names).toEqual([]);
});
