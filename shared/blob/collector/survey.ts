import type { ObjectStore } from "../objects/object-store.ts";

/** What there is in a store, by key. */
export interface StoreSurvey {
  readonly bytes: ReadonlyMap<string, number>;
  /** Milliseconds since 1970. */
  readonly modified: ReadonlyMap<string, number>;
  /** Pages of each pack. */
  readonly packPages: ReadonlyMap<string, number>;
  /** Keys of the pointers that say where pages went. */
  readonly moved: readonly string[];
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Packs whose number of pages is read at the same time. */
const atOnce = 16;

/** Lists packs, checkpoints and, where they are wanted, blobs. */
export async function survey(objects: ObjectStore, blobs: boolean): Promise<StoreSurvey> {
  const bytes = new Map<string, number>();
  const modified = new Map<string, number>();
  const packPages = new Map<string, number>();
  const unread: string[] = [];
  const readSome = async () => {
    const some = unread.splice(0);
    const counts = await Promise.all(some.map((key) => pagesOf(objects, key)));
    for (const [index, key] of some.entries()) packPages.set(key, counts[index] ?? 0);
  };
  const folders = ["packs", "checkpoints", ...(blobs ? hexadecimal : [])];
  for (const folder of folders) {
    for await (const entry of objects.list(folder)) {
      bytes.set(entry.key, entry.bytes);
      modified.set(entry.key, entry.modified);
      if (folder === "packs") unread.push(entry.key);
      if (unread.length === atOnce) await readSome();
    }
  }
  await readSome();
  const moved: string[] = [];
  for await (const key of objects.listPointers("moved")) moved.push(key);
  return { bytes, modified, packPages, moved };
}

/** The number in a pack's front (pages/pack-format.ts); 0 for what is too short to have one. */
async function pagesOf(objects: ObjectStore, key: string): Promise<number> {
  const bytes = await objects.read(key, 24, 4);
  return bytes?.length === 4 ? Buffer.from(bytes).readUInt32LE() : 0;
}
