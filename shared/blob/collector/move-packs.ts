import { BlobError } from "../blob-error.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { movedKey, parseMoved, writeMoved } from "../pages/moved-pages.ts";
import { PageIndex } from "../pages/page-index.ts";
import { PageReader } from "../pages/page-reader.ts";
import { PageWriter } from "../pages/page-writer.ts";
import type { Marks } from "./marks.ts";

/** Packs whose living pages are written together. */
const atOnce = 16;

/**
 * Writes the living pages of packs into new ones, and for each pack a pointer that says where they
 * are. The pointer is made once: when another collector has made it, that one's packs count, and
 * what was written here is collected some day.
 *
 * @returns how many packs were moved
 * @throws BlobError `damaged` when a living page cannot be read: then its pack stays
 */
export async function movePacks(
  objects: ObjectStore,
  marks: Marks,
  packs: readonly string[],
): Promise<number> {
  let moved = 0;
  for (let first = 0; first < packs.length; first += atOnce) {
    const some = packs.slice(first, first + atOnce);
    // Its own index: pages shall not go where somebody else wants to remove something.
    const writer = new PageWriter(objects, new PageIndex(atOnce * 1024 * 2));
    const reader = new PageReader(objects);
    const copies = new Map<string, { slot: number; now: Awaited<ReturnType<typeof copy>> }[]>();
    for (const name of some) {
      const pages = marks.livePages(name);
      const place = { name, pageCost: 0 };
      const refs = pages.map(({ slot, hash }) => ({ slot, hash, pack: place }));
      const slots: { slot: number; now: Awaited<ReturnType<typeof copy>> }[] = [];
      for await (const { index, bytes } of reader.read(refs)) {
        slots.push({ slot: pages[index]?.slot ?? 0, now: await copy(writer, bytes) });
      }
      copies.set(name, slots);
    }
    await writer.finish();
    for (const [name, slots] of copies) {
      const bytes = writeMoved(slots);
      const version = await objects.movePointer(movedKey(name), bytes, undefined);
      const present = version === undefined ? await objects.readPointer(movedKey(name)) : { bytes };
      if (present === undefined) throw new BlobError("busy", `pack ${name} was removed meanwhile`);
      await marks.addMove(name, parseMoved(name, present.bytes));
      moved++;
    }
  }
  return moved;
}

async function copy(writer: PageWriter, bytes: Uint8Array) {
  const [put] = await writer.put([bytes]);
  if (put === undefined || put === "zero") throw new BlobError("damaged", "a zero page in a pack");
  return put;
}
