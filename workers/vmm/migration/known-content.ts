/**
 * What both sides of a migration may have already: the RAM of a template or a checkpoint. Its name
 * says what is in it (the hash of its manifest), so that the same name means the same pages; neither
 * pages nor their hashes travel.
 */
export interface KnownContent {
  readonly name: string;
  /** The bytes of a page, 4096 of them, good until the next call; nothing where it has no such page. */
  page(page: number): Uint8Array | undefined;
}
