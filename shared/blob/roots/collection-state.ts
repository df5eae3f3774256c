import { z } from "zod";
import { BlobError } from "../blob-error.ts";
import type { ObjectStore } from "../objects/object-store.ts";

const stateSchema = z.strictObject({
  generation: z.int().min(0),
  /** Key of the object that lists what is condemned; null while nothing is. */
  condemned: z.string().nullable(),
  /** Until when the collector that condemned it says to be done: milliseconds since 1970. */
  until: z.number(),
});

export type CollectionState = z.infer<typeof stateSchema>;

/**
 * What a writer knows of the collector when it begins: the generation, and the keys that a
 * collection under way may remove. Nothing of these may be built upon.
 */
export interface CollectionView {
  readonly generation: number;
  readonly condemned: ReadonlySet<string>;
}

/** The one pointer that collector and writers share (docs/storage.md, "Collection"). */
export const collectionKey = "collection/state";

export interface CollectionPointer {
  readonly state: CollectionState;
  readonly version: string | undefined;
}

export async function readCollectionState(objects: ObjectStore): Promise<CollectionPointer> {
  const pointer = await objects.readPointer(collectionKey);
  if (pointer === undefined) {
    return { state: { generation: 0, condemned: null, until: 0 }, version: undefined };
  }
  try {
    const state = stateSchema.parse(JSON.parse(new TextDecoder().decode(pointer.bytes)));
    return { state, version: pointer.version };
  } catch {
    throw new BlobError("damaged", `${objects.place}: ${collectionKey} is unreadable`);
  }
}

export async function readCollectionView(objects: ObjectStore): Promise<CollectionView> {
  for (;;) {
    const { state } = await readCollectionState(objects);
    if (state.condemned === null) return { generation: state.generation, condemned: new Set() };
    const list = await objects.read(state.condemned);
    if (list !== undefined) {
      const keys = new TextDecoder().decode(list).split("\n");
      return { generation: state.generation, condemned: new Set(keys) };
    }
    // The collection has ended between the two reads.
    const again = await readCollectionState(objects);
    if (again.state.condemned === state.condemned) {
      throw new BlobError("damaged", `${objects.place}: ${state.condemned} is missing`);
    }
  }
}
