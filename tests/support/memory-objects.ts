import { randomUUID } from "node:crypto";
import { checkKey } from "../../shared/blob/objects/check-key.ts";
import type {
  ObjectEntry,
  ObjectStore,
  ObjectUpload,
  Pointer,
} from "../../shared/blob/objects/object-store.ts";

/** What several `MemoryObjects` share: the store that they are doors to. */
export interface StoreContent {
  readonly objects: Map<string, { bytes: Uint8Array; modified: number }>;
  readonly pointers: Map<string, Pointer>;
}

export function emptyContent(): StoreContent {
  return { objects: new Map(), pointers: new Map() };
}

/**
 * A store in memory for tests. `turn` is awaited before each step that others could see or that sees
 * what others did, and after each that changes something: so a test decides who comes next, who
 * sleeps, and who dies before or after the change.
 */
export class MemoryObjects implements ObjectStore {
  readonly place = "memory";
  readonly #content: StoreContent;
  readonly #turn: (step: string) => Promise<void>;
  readonly #now: () => number;

  constructor(
    content: StoreContent = emptyContent(),
    turn: (step: string) => Promise<void> = async () => {},
    now: () => number = () => 0,
  ) {
    this.#content = content;
    this.#turn = turn;
    this.#now = now;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    await this.#turn(`write ${checkKey(key)}`);
    this.#content.objects.set(key, { bytes: Uint8Array.from(bytes), modified: this.#now() });
    await this.#turn(`wrote ${key}`);
  }

  async upload(): Promise<ObjectUpload> {
    const chunks: Uint8Array[] = [];
    return {
      append: async (bytes) => void chunks.push(Uint8Array.from(bytes)),
      commit: (key) => this.write(key, Buffer.concat(chunks)),
      discard: async () => {},
    };
  }

  async read(key: string, offset = 0, length?: number): Promise<Uint8Array | undefined> {
    await this.#turn(`read ${checkKey(key)}`);
    const end = length === undefined ? undefined : offset + length;
    return this.#content.objects.get(key)?.bytes.slice(offset, end);
  }

  async find(key: string): Promise<ObjectEntry | undefined> {
    await this.#turn(`find ${checkKey(key)}`);
    const found = this.#content.objects.get(key);
    return found && { key, bytes: found.bytes.length, modified: found.modified };
  }

  async *list(folder: string): AsyncIterable<ObjectEntry> {
    // In two parts, as a server's pages: what comes between is listed or not.
    const keys = [...this.#content.objects.keys()].filter((key) => key.startsWith(`${folder}/`));
    await this.#turn(`list ${folder}`);
    for (const [index, key] of keys.entries()) {
      if (index === keys.length >> 1) await this.#turn(`list on ${folder}`);
      const found = this.#content.objects.get(key);
      if (found) yield { key, bytes: found.bytes.length, modified: found.modified };
    }
  }

  async remove(key: string): Promise<void> {
    await this.#turn(`remove ${checkKey(key)}`);
    this.#content.objects.delete(key);
    await this.#turn(`removed ${key}`);
  }

  async readPointer(key: string): Promise<Pointer | undefined> {
    await this.#turn(`read pointer ${checkKey(key)}`);
    return this.#content.pointers.get(key);
  }

  async movePointer(
    key: string,
    bytes: Uint8Array,
    expected: string | undefined,
  ): Promise<string | undefined> {
    await this.#turn(`move ${checkKey(key)}`);
    if (this.#content.pointers.get(key)?.version !== expected) return undefined;
    const version = randomUUID();
    this.#content.pointers.set(key, { bytes: Uint8Array.from(bytes), version });
    await this.#turn(`moved ${key}`);
    return version;
  }

  async *listPointers(folder: string): AsyncIterable<string> {
    await this.#turn(`list pointers ${folder}`);
    const keys = [...this.#content.pointers.keys()].filter((key) => key.startsWith(`${folder}/`));
    yield* keys;
  }

  async removePointer(key: string): Promise<void> {
    await this.#turn(`remove pointer ${checkKey(key)}`);
    this.#content.pointers.delete(key);
    await this.#turn(`removed pointer ${key}`);
  }

  async tidy(): Promise<number> {
    return 0;
  }
}
