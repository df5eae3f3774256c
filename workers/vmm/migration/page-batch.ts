/**
 * A batch of pages as it travels, before compression: for each page or run of pages
 *
 * ```
 * n       (how far from the page behind the last, zigzag) · 4 + kind
 * zero    n: so many pages of zeros
 * known   n n: so many pages as the content with this number in `welcome.contents` has them
 * plain   4096 bytes
 * delta   n …: n bytes of what has changed since the page was last sent (`page-delta.ts`)
 * ```
 * Numbers are LEB128.
 */
import type { Pages } from "../base/units.ts";
import { ByteWriter } from "../base/wasm/byte-writer.ts";
import { pageBytes } from "../memory/layout.ts";
import { ByteReader } from "./byte-reader.ts";
import { writeCount } from "./write-count.ts";

export const pageKinds = ["zero", "known", "plain", "delta"] as const;
export type PageKind = (typeof pageKinds)[number];

export type SentPage =
  | { readonly page: number; readonly kind: "zero" }
  | { readonly page: number; readonly kind: "known"; readonly content: number }
  | { readonly page: number; readonly kind: "plain" | "delta"; readonly bytes: Uint8Array };

/** Writes batches; pages come in any order, runs are found where they are neighbours. */
export class BatchWriter {
  readonly #writer = new ByteWriter();
  #next = 0;
  #run:
    | { readonly page: number; readonly kind: "zero" | "known"; content: number; length: number }
    | undefined;

  add(sent: SentPage): void {
    const { page, kind } = sent;
    if (kind === "zero" || kind === "known") {
      const content = kind === "known" ? sent.content : 0;
      const run = this.#run;
      if (run?.kind === kind && run.content === content && run.page + run.length === page) {
        run.length++;
        return;
      }
      this.#endRun();
      this.#run = { page, kind, content, length: 1 };
      return;
    }
    this.#endRun();
    this.#head(page, kind, 1);
    if (kind === "delta") writeCount(this.#writer, sent.bytes.length);
    this.#writer.bytes(sent.bytes);
  }

  /** The batch, good until `begin`. */
  end(): Uint8Array {
    this.#endRun();
    return this.#writer.view();
  }

  /** Begins a new batch where the last one was: fresh memory costs more than what is written to it. */
  begin(): void {
    this.#writer.clear();
    this.#next = 0;
  }

  #endRun(): void {
    if (!this.#run) return;
    const { page, kind, content, length } = this.#run;
    this.#run = undefined;
    this.#head(page, kind, length);
    writeCount(this.#writer, length);
    if (kind === "known") writeCount(this.#writer, content);
  }

  #head(page: number, kind: PageKind, length: Pages): void {
    const distance = page - this.#next;
    const zigzag = distance < 0 ? -2 * distance - 1 : 2 * distance;
    writeCount(this.#writer, zigzag * pageKinds.length + pageKinds.indexOf(kind));
    this.#next = page + length;
  }
}

/**
 * The pages of a batch in its order, one by one.
 *
 * @param end pages that there may be
 * @throws MigrationProblem `migration-page-impossible`
 */
export function* readBatch(batch: Uint8Array, end: Pages): Generator<SentPage> {
  const reader = new ByteReader(batch, "migration-page-impossible");
  for (let next = 0; !reader.isAtEnd; ) {
    const head = reader.count();
    const kind = pageKinds[head % pageKinds.length] as PageKind;
    const zigzag = Math.floor(head / pageKinds.length);
    const first = next + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    const length = kind === "zero" || kind === "known" ? reader.count() : 1;
    if (!(first >= 0 && length > 0 && first + length <= end)) {
      throw reader.problem(`there are no ${length} pages from ${first} on`);
    }
    next = first + length;
    if (kind === "plain") yield { page: first, kind, bytes: reader.take(pageBytes) };
    else if (kind === "delta") yield { page: first, kind, bytes: reader.take(reader.count()) };
    else {
      const content = kind === "known" ? reader.count() : 0;
      for (let page = first; page < next; page++) {
        yield kind === "zero" ? { page, kind } : { page, kind, content };
      }
    }
  }
}
