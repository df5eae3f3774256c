/** What a stored blob is called, how long it is and how it begins. */
export interface StoredBlob {
  readonly hash: string;
  readonly bytes: number;
  /** The first bytes, at most `fileStartBytes`. */
  readonly start: Uint8Array;
}

/**
 * Blobs, each named by the SHA-256 of its bytes.
 *
 * A blob appears whole or not at all, never changes afterwards, and is checked against its name each
 * time it is read. Names that are not hashes are refused.
 */
export interface BlobStore {
  /**
   * Stores what the chunks make up.
   *
   * @param limit most bytes to take
   * @throws BlobError `too-large`; nothing is left then
   */
  put(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limit?: number,
  ): Promise<StoredBlob>;

  /** Stores a file of the host. */
  putFile(path: string): Promise<StoredBlob>;

  /** @throws BlobError `bad-name` */
  has(hash: string): Promise<boolean>;

  /** @throws BlobError `not-found`, `damaged` when the bytes do not match the name, `bad-name` */
  read(hash: string): Promise<Uint8Array>;
}
