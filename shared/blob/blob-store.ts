import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { blobHashSchema } from "../schema/blob-hash.ts";
import { fileStartBytes } from "../schema/file-format.ts";
import { BlobError } from "./blob-error.ts";

/** What a stored blob is called, how long it is and how it begins. */
export interface StoredBlob {
  readonly hash: string;
  readonly bytes: number;
  /** The first bytes, at most `fileStartBytes`. */
  readonly start: Uint8Array;
}

/**
 * Blobs in a directory, each named by the SHA-256 of its bytes: `ab/cdef…`.
 *
 * The API writes, workers only read. A blob appears whole or not at all (written aside, then
 * renamed), never changes afterwards, and is checked against its name each time it is read. Names
 * that are not hashes are refused, so no name reaches outside the directory.
 */
export class BlobStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Stores what the chunks make up.
   *
   * @param limit most bytes to take
   * @throws BlobError `too-large`; what was written aside is gone then
   */
  async put(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<StoredBlob> {
    const aside = join(this.#directory, "incoming", randomUUID());
    await mkdir(join(this.#directory, "incoming"), { recursive: true });
    const hash = createHash("sha256");
    let bytes = 0;
    let start = new Uint8Array();
    try {
      const file = await open(aside, "wx");
      try {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (start.length < fileStartBytes) {
            start = Uint8Array.of(...start, ...chunk.subarray(0, fileStartBytes - start.length));
          }
          if (bytes > limit) {
            throw new BlobError("too-large", `larger than ${limit} bytes`);
          }
          hash.update(chunk);
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const name = hash.digest("hex");
      await mkdir(join(this.#directory, name.slice(0, 2)), { recursive: true });
      await rename(aside, this.#path(name));
      return { hash: name, bytes, start };
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  /** Stores a file of the host. */
  putFile(path: string): Promise<StoredBlob> {
    return this.put(createReadStream(path));
  }

  async has(hash: string): Promise<boolean> {
    try {
      return (await stat(this.#path(hash))).isFile();
    } catch (error) {
      if (isMissing(error)) {
        return false;
      }
      throw error;
    }
  }

  /** @throws BlobError `not-found`, `damaged` when the bytes do not match the name, `bad-name` */
  async read(hash: string): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#path(hash));
    } catch (error) {
      throw isMissing(error) ? new BlobError("not-found", `blob ${hash} is not stored`) : error;
    }
    if (createHash("sha256").update(bytes).digest("hex") !== hash) {
      throw new BlobError("damaged", `blob ${hash} does not have the bytes that its name promises`);
    }
    return bytes;
  }

  #path(hash: string): string {
    if (!blobHashSchema.safeParse(hash).success) {
      throw new BlobError("bad-name", "a blob's name is 64 lower-case hexadecimal digits");
    }
    return join(this.#directory, hash.slice(0, 2), hash.slice(2));
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
