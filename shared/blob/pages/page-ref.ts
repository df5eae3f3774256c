/** A pack that a page is in; it has its name once it is stored. */
export interface PackPlace {
  name: string | undefined;
  /** Bytes that one of its pages costs in the store, for quotas; 0 where that is not known. */
  pageCost: number;
}

/** Where a stored page is: the content's hash, and its place in a pack. */
export interface PageRef {
  /** SHA-256 of the page's 4096 bytes. */
  readonly hash: Uint8Array;
  readonly pack: PackPlace;
  /** Number of the page in its pack. */
  readonly slot: number;
}

/** What becomes of a page that is put: a place, or nothing at all where all its bytes are zero. */
export type PutPage = PageRef | "zero";
