/** What a listing says of an object. */
export interface ObjectEntry {
  readonly key: string;
  readonly bytes: number;
  /** When it was written last, in milliseconds since 1970, by the store's clock. */
  readonly modified: number;
}

/** What a pointer holds, and the version that the next move has to name. */
export interface Pointer {
  readonly bytes: Uint8Array;
  readonly version: string;
}

/** An object of unknown name and length while it comes in. */
export interface ObjectUpload {
  append(bytes: Uint8Array): Promise<void>;
  /** Makes the object appear under `key`, whole and kept. */
  commit(key: string): Promise<void>;
  /** Leaves nothing behind; does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Named bytes: a directory, a bucket of an S3 server. The lowest layer, which knows nothing of what
 * it keeps.
 *
 *   objects    appear whole or not at all, also when the writer is killed; kept when `write` returns
 *   pointers   small values that move by compare-and-swap: of writers that name the same version at
 *              most one moves it. They have their own folders; an object's key is never a pointer's
 *
 * Keys are words of letters, digits, `.`, `_`, `-` with `/` between them; anything else is refused
 * with a `BlobError` `bad-name`. Errors of the host (disk full, no rights, no network) pass as they
 * are.
 */
export interface ObjectStore {
  /** What a person calls it. */
  readonly place: string;

  /** Writes an object; one of that name is replaced. */
  write(key: string, bytes: Uint8Array): Promise<void>;

  upload(): Promise<ObjectUpload>;

  /**
   * Bytes of an object: all, or at most `length` from `offset`.
   *
   * @returns undefined when there is no such object
   */
  read(key: string, offset?: number, length?: number): Promise<Uint8Array | undefined>;

  find(key: string): Promise<ObjectEntry | undefined>;

  /** All objects below a folder, in no promised order. Objects that come or go meanwhile may be missed. */
  list(folder: string): AsyncIterable<ObjectEntry>;

  /** Does nothing when there is no such object. */
  remove(key: string): Promise<void>;

  readPointer(key: string): Promise<Pointer | undefined>;

  /**
   * Moves a pointer from the version `expected` (undefined: there must be none yet).
   *
   * @returns the new version, or undefined when somebody else has moved it; then it may also be
   *   that this move took place and was overtaken, or that its answer was lost: read it to know
   */
  movePointer(
    key: string,
    bytes: Uint8Array,
    expected: string | undefined,
  ): Promise<string | undefined>;

  /** Keys of all pointers below a folder. One that is there throughout is listed. */
  listPointers(folder: string): AsyncIterable<string>;

  /** Forgets a pointer for good. Only for one that nobody moves any more: versions begin anew. */
  removePointer(key: string): Promise<void>;

  /** Removes what killed writers left before `before` (milliseconds since 1970); says how many. */
  tidy(before: number): Promise<number>;
}
