import { expect, test } from "vitest";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { packKey } from "../../../shared/blob/pages/pack-format.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { emptyContent, MemoryObjects } from "../../../tests/support/memory-objects.ts";
import type { PageSupply } from "../run-guest.ts";
import { LaterPages } from "./later-pages.ts";

const page = (value: number) => new Uint8Array(4096).fill(value);

async function stored() {
  const content = emptyContent();
  let isAway = false;
  const objects = new MemoryObjects(content, async () => {
    if (isAway) throw new Error("the host is away");
  });
  const store = () => new CheckpointStore(new PageStore(objects));
  const { writer } = await store().claim({ name: "run", epoch: 1 });
  const pages = [3, 7, 300].map((number) => ({ page: number, bytes: page(number % 256) }));
  await writer.publish({ pages, isWhole: true, parts: [], notes: {} });
  const image = await store().open("run", "run");
  if (image === undefined) throw new Error("the run has no checkpoint");
  const failures: string[] = [];
  const later = new LaterPages(image, Uint32Array.of(300, 3, 7), (error) => {
    failures.push(error instanceof Error ? error.message : String(error));
  });
  const leave = () => {
    isAway = true;
  };
  const lose = async () => {
    const pack = image.ramPage(3)?.pack.name ?? "";
    await objects.remove(packKey(pack));
  };
  return { later, failures, leave, lose };
}

async function all(later: PageSupply): Promise<unknown[]> {
  const batches: unknown[] = [];
  for await (const more of later.rest()) batches.push(more);
  return batches;
}

test("pages come in the order in which they are wanted, and any one of them at once", async () => {
  const { later, failures } = await stored();
  expect([...((await later.page(7)) ?? [])]).toEqual([...page(7)]);
  const content = new Uint8Array([...page(300 % 256), ...page(3), ...page(7)]);
  expect(await all(later)).toEqual([{ pages: Uint32Array.of(300, 3, 7), content }]);
  expect(failures).toEqual([]);
});

test("of a store that does not answer they do not come, and are not gone", async () => {
  const { later, failures, leave } = await stored();
  leave();
  expect(await later.page(7)).toBeUndefined();
  expect(await all(later)).toEqual([undefined]);
  expect(later.isGone).toBe(false);
  expect(failures).toEqual(["the host is away", "the host is away"]);
});

test("of a store that has lost them they are gone", async () => {
  const { later, failures, lose } = await stored();
  await lose();
  expect(await later.page(7)).toBeUndefined();
  expect(later.isGone).toBe(true);
  expect(failures.join()).toContain("is not stored");
});
