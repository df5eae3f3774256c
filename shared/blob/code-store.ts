import { createHash } from "node:crypto";
import type { ObjectStore } from "./objects/object-store.ts";
import { compress, decompress } from "./pages/compress.ts";

/** Translations that are kept; the oldest go first. */
const mostKept = 64;
/** Longest one that is believed: what claims to be more is damaged. */
const mostBytes = 64 * 2 ** 20;
const magic = Buffer.from("TLCODE01");

/**
 * Translations that were made once, for the next run of the same image under the same build: a cache
 * beside the store's other content, which a collection does not touch. One that is lost, damaged or
 * swept away reads as undefined; nothing else ever depends on it.
 *
 *   offset  bytes  field                          key: code/BUILD/IMAGE
 *        0      8  "TLCODE01"
 *        8     32  SHA-256 of what follows
 *       40      4  bytes of the translation
 *       44      1  1: compressed with zstd
 *       45         the translation
 */
export class CodeStore {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /**
   * @param build identity of the build that made it
   * @param image hash of the image that it was made for
   */
  async read(build: string, image: string): Promise<Uint8Array | undefined> {
    const stored = await this.#objects.read(codeKey(build, image));
    if (stored === undefined || stored.length < 45) return undefined;
    const view = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    const isWhole =
      view.subarray(0, 8).equals(magic) && sha256(view.subarray(40)).equals(view.subarray(8, 40));
    const bytes = isWhole ? view.readUInt32LE(40) : mostBytes + 1;
    if (bytes > mostBytes) return undefined;
    const rest = view.subarray(45);
    const code = view[44] === 1 ? await decompress(rest, bytes).catch(() => undefined) : rest;
    return code?.length === bytes ? Uint8Array.from(code) : undefined;
  }

  /** Keeps a translation, in the place of an older one for the same build and image. */
  async write(build: string, image: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > mostBytes)
      throw new RangeError(`a translation has ${mostBytes} bytes at most`);
    const packed = await compress(bytes);
    const rest = packed ?? bytes;
    const stored = Buffer.alloc(45 + rest.length);
    magic.copy(stored);
    stored.writeUInt32LE(bytes.length, 40);
    stored[44] = packed === undefined ? 0 : 1;
    stored.set(rest, 45);
    sha256(stored.subarray(40)).copy(stored, 8);
    await this.#objects.write(codeKey(build, image), stored);
    await this.#sweep();
  }

  async #sweep(): Promise<void> {
    const kept: { key: string; modified: number }[] = [];
    for await (const entry of this.#objects.list("code")) kept.push(entry);
    kept.sort((a, b) => b.modified - a.modified);
    for (const { key } of kept.slice(mostKept)) await this.#objects.remove(key);
  }
}

function codeKey(build: string, image: string): string {
  return `code/${build}/${image}`;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
