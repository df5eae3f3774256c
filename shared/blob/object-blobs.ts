import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileStartBytes } from "../schema/file-format.ts";
import { BlobError } from "./blob-error.ts";
import { blobKey } from "./blob-key.ts";
import type { BlobStore, StoredBlob } from "./blob-store.ts";
import type { ObjectStore } from "./objects/object-store.ts";

/** Blobs as objects of any store. What comes in is never held in memory. */
export class ObjectBlobs implements BlobStore {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  async put(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<StoredBlob> {
    const upload = await this.#objects.upload();
    const hash = createHash("sha256");
    let bytes = 0;
    let start = new Uint8Array();
    try {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (start.length < fileStartBytes) {
          start = Uint8Array.of(...start, ...chunk.subarray(0, fileStartBytes - start.length));
        }
        if (bytes > limit) throw new BlobError("too-large", `larger than ${limit} bytes`);
        hash.update(chunk);
        await upload.append(chunk);
      }
      const name = hash.digest("hex");
      // Also where it is there already: a fresh date keeps a collector's hands off it.
      await upload.commit(blobKey(name));
      return { hash: name, bytes, start };
    } finally {
      await upload.discard();
    }
  }

  putFile(path: string): Promise<StoredBlob> {
    return this.put(createReadStream(path));
  }

  async has(hash: string): Promise<boolean> {
    return (await this.#objects.find(blobKey(hash))) !== undefined;
  }

  async read(hash: string): Promise<Uint8Array> {
    const bytes = await this.#objects.read(blobKey(hash));
    if (bytes === undefined) throw new BlobError("not-found", `blob ${hash} is not stored`);
    if (createHash("sha256").update(bytes).digest("hex") !== hash) {
      throw new BlobError("damaged", `blob ${hash} does not have the bytes that its name promises`);
    }
    return bytes;
  }
}
