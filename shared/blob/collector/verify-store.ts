import { CheckpointImage } from "../checkpoints/checkpoint-image.ts";
import { readChain } from "../checkpoints/read-chain.ts";
import { ObjectBlobs } from "../object-blobs.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { PageReader } from "../pages/page-reader.ts";
import { RootStore } from "../roots/root-store.ts";
import { isSpent } from "./marks.ts";

/** A root, and what is wrong with what it leads to; undefined for nothing. */
export interface VerifiedRoot {
  readonly root: string;
  /** Pages that were read and compared with their hash. */
  readonly pages: number;
  readonly fault: string | undefined;
}

/**
 * Reads everything that any root leads to and compares it with its hash. A page that several roots
 * share is read for each of them.
 */
export async function* verifyStore(objects: ObjectStore, now: number): AsyncIterable<VerifiedRoot> {
  const roots = new RootStore(objects);
  const blobs = new ObjectBlobs(objects);
  for await (const key of objects.listPointers("roots")) {
    let pages = 0;
    let fault: string | undefined;
    try {
      const [, kind = "", name = ""] = key.split("/");
      const held = await roots.readKey(`roots/${kind}/${name}`);
      if (held === undefined || isSpent(held.root, now)) continue;
      for (const blob of held.root.blobs) await blobs.read(blob);
      if (held.root.checkpoint !== null) {
        const chain = await readChain(objects, held.root.checkpoint);
        const image = new CheckpointImage(chain, new PageReader(objects));
        for await (const _page of image.read()) pages++;
        for (const { kind: part, name: of } of image.header.parts) await image.readPart(part, of);
      }
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error);
    }
    yield { root: key.slice("roots/".length), pages, fault };
  }
}
