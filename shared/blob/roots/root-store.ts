import { randomUUID } from "node:crypto";
import { BlobError } from "../blob-error.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { type Root, type RootKind, rootKey, rootSchema } from "./root.ts";

/** A root as it was read, and the version that its next move names. */
export interface HeldRoot {
  readonly root: Root;
  readonly version: string;
}

/** The roots of a store. */
export class RootStore {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** @throws BlobError `damaged`, naming the root */
  async read(kind: RootKind, name: string): Promise<HeldRoot | undefined> {
    return this.readKey(rootKey(kind, name));
  }

  /** All roots that are there throughout, removed ones too. */
  async *list(kind?: RootKind): AsyncIterable<HeldRoot> {
    const folder = kind === undefined ? "roots" : `roots/${kind}`;
    for await (const key of this.#objects.listPointers(folder)) {
      const held = await this.readKey(key);
      if (held !== undefined) yield held;
    }
  }

  /**
   * Moves a root from what it is to what `change` makes of it, and does so again when another was
   * quicker.
   *
   * @param change given the present root (undefined: there is none); gives undefined to leave it as
   *   it is, or throws to give up
   * @returns the root as it is now
   */
  async update(
    kind: RootKind,
    name: string,
    change: (root: Root | undefined) => Omit<Root, "kind" | "name" | "token"> | undefined,
  ): Promise<HeldRoot | undefined> {
    for (;;) {
      const held = await this.read(kind, name);
      const wanted = change(held?.root);
      if (wanted === undefined) return held;
      const moved = await this.move({ ...wanted, kind, name, token: "" }, held?.version);
      if (moved !== undefined) return moved;
    }
  }

  /** One attempt; undefined when the root has another version by now. */
  async move(root: Root, expected: string | undefined): Promise<HeldRoot | undefined> {
    const key = rootKey(root.kind, root.name);
    const next: Root = { ...root, token: randomUUID() };
    const bytes = new TextEncoder().encode(JSON.stringify(next));
    const version = await this.#objects.movePointer(key, bytes, expected);
    if (version !== undefined) return { root: next, version };
    // The answer may have been lost, not the move.
    const present = await this.readKey(key);
    return present?.root.token === next.token ? present : undefined;
  }

  /** @throws BlobError `damaged`, naming the root */
  async readKey(key: string): Promise<HeldRoot | undefined> {
    const pointer = await this.#objects.readPointer(key);
    if (pointer === undefined) return undefined;
    try {
      const root = rootSchema.parse(JSON.parse(new TextDecoder().decode(pointer.bytes)));
      return { root, version: pointer.version };
    } catch {
      throw new BlobError("damaged", `${this.#objects.place}: ${key} is unreadable`);
    }
  }
}
