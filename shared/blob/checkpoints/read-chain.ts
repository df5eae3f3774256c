import { BlobError } from "../blob-error.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { type Checkpoint, checkpointKey, parseCheckpoint } from "./checkpoint-format.ts";

/** More than a writer ever makes: a chain that is longer is damaged. */
const longest = 1000;

/** @throws BlobError `not-found`, `damaged`, naming the checkpoint */
export async function readCheckpoint(objects: ObjectStore, name: string): Promise<Checkpoint> {
  const bytes = await objects.read(checkpointKey(name));
  if (bytes === undefined) throw new BlobError("not-found", `checkpoint ${name} is not stored`);
  return parseCheckpoint(name, bytes);
}

/** A checkpoint, its parent, and so on to the end; or to `end`, which is left out. */
export async function readChain(
  objects: ObjectStore,
  name: string,
  end: string | null = null,
): Promise<Checkpoint[]> {
  const chain: Checkpoint[] = [];
  for (let next: string | null = name; next !== null && next !== end; ) {
    if (chain.length > longest) {
      throw new BlobError("damaged", `checkpoint ${name} has too many parents`);
    }
    const checkpoint: Checkpoint = await readCheckpoint(objects, next);
    chain.push(checkpoint);
    next = checkpoint.header.parent;
  }
  return chain;
}
