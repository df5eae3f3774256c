import { BlobError } from "../blob-error.ts";
import { pageBytes } from "../pages/page-bytes.ts";
import type { PageReader } from "../pages/page-reader.ts";
import type { PageRef, PutPage } from "../pages/page-ref.ts";
import { type Checkpoint, type CheckpointHeader, partPages } from "./checkpoint-format.ts";

export interface ImagePage {
  readonly page: number;
  readonly bytes: Uint8Array;
}

/**
 * A checkpoint with its parents taken into account: read only, page by page or all at once. Whoever
 * holds one has to hold a root that leads to it, too; else it may be collected while it is read.
 */
export class CheckpointImage {
  readonly name: string;
  readonly header: CheckpointHeader;
  readonly #reader: PageReader;
  readonly #ram: ReadonlyMap<number, PageRef>;
  readonly #parts: ReadonlyMap<string, readonly PutPage[]>;

  /** @param chain the checkpoint, its parent, and so on to the end */
  constructor(chain: readonly Checkpoint[], reader: PageReader) {
    const [newest] = chain;
    if (newest === undefined) throw new RangeError("a chain has at least one checkpoint");
    this.name = newest.name;
    this.header = newest.header;
    this.#reader = reader;
    this.#ram = mergedRows(chain);
    const parts = new Map<string, PutPage[]>();
    let row = newest.header.ramRows;
    for (const { kind, name, bytes } of newest.header.parts) {
      const end = row + partPages(bytes);
      parts.set(
        `${kind} ${name}`,
        newest.rows.slice(row, end).map(({ put }) => put),
      );
      row = end;
    }
    this.#parts = parts;
  }

  /** Numbers of the pages that are not all zero, ascending. */
  get ramPages(): number[] {
    return [...this.#ram.keys()].sort((a, b) => a - b);
  }

  /** The page's hash and place; undefined for a zero page. */
  ramPage(page: number): PageRef | undefined {
    return this.#ram.get(page);
  }

  /**
   * One page for a guest that cannot wait.
   *
   * @returns undefined for a zero page
   */
  async readPage(page: number): Promise<Uint8Array | undefined> {
    const ref = this.#ram.get(page);
    return ref && this.#reader.readPage(ref);
  }

  /**
   * Reads pages ahead of whoever takes them: of a list, or all that are not zero. Pages that were
   * stored together come together.
   */
  async *read(pages: readonly number[] = this.ramPages): AsyncIterable<ImagePage> {
    const wanted: { page: number; ref: PageRef }[] = [];
    for (const page of pages) {
      const ref = this.#ram.get(page);
      if (ref !== undefined) wanted.push({ page, ref });
    }
    for await (const { index, bytes } of this.#reader.read(wanted.map(({ ref }) => ref))) {
      const page = wanted[index]?.page;
      if (page !== undefined) yield { page, bytes };
    }
  }

  /** @throws BlobError `not-found` when there is no such part */
  async readPart(kind: "section" | "code", name: string): Promise<Uint8Array> {
    const part = (await this.#readParts((one) => one.kind === kind && one.name === name)).get(name);
    if (part !== undefined) return part;
    throw new BlobError("not-found", `checkpoint ${this.name} has no ${kind} ${name}`);
  }

  /** All parts of a kind, by name, read in one go. */
  readParts(kind: "section" | "code"): Promise<Map<string, Uint8Array>> {
    return this.#readParts((one) => one.kind === kind);
  }

  async #readParts(isWanted: (part: CheckpointHeader["parts"][number]) => boolean) {
    const parts = new Map<string, Uint8Array>();
    const refs: PageRef[] = [];
    const places: Uint8Array[] = [];
    for (const { kind, name, bytes } of this.header.parts.filter(isWanted)) {
      const puts = this.#parts.get(`${kind} ${name}`) ?? [];
      const whole = new Uint8Array(puts.length * pageBytes);
      parts.set(name, whole.subarray(0, bytes));
      for (const [number, put] of puts.entries()) {
        if (put === "zero") continue;
        refs.push(put);
        places.push(whole.subarray(number * pageBytes, (number + 1) * pageBytes));
      }
    }
    for await (const { index, bytes } of this.#reader.read(refs)) places[index]?.set(bytes);
    return parts;
  }
}

/** The RAM's pages that are not zero: the newest word on each counts. */
function mergedRows(chain: readonly Checkpoint[]): Map<number, PageRef> {
  const present = new Map<number, PageRef>();
  for (const { header, rows } of chain.toReversed()) {
    for (let row = 0; row < header.ramRows; row++) {
      const { page, put } = rows[row] as Checkpoint["rows"][number];
      if (put === "zero") present.delete(page);
      else present.set(page, put);
    }
  }
  return present;
}
