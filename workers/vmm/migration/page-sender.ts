/**
 * The source's pages on their way: in batches, as fast as channel and bandwidth allow, and each as short
 * as it can be said.
 *
 *     sender.meet({ contents, compression, ahead });    // when the destination has answered
 *     sender.begin(pages, behind);                 // a round: pages, and the messages behind them
 *     while (!sender.isDone) sender.send("precopy");
 */
import type { Bytes, Pages } from "../base/units.ts";
import type { Machine } from "../machine/config.ts";
import { pageBytes } from "../memory/layout.ts";
import type { AheadContent } from "./ahead-content.ts";
import { Allowance } from "./allowance.ts";
import type { Compression } from "./compression.ts";
import type { Milliseconds } from "./is-converged.ts";
import type { KnownContent } from "./known-content.ts";
import type { Line } from "./line.ts";
import { PageEncoder } from "./page-encoder.ts";
import { PageQueue } from "./page-queue.ts";
import { partsOf } from "./part-collector.ts";
import { type Message, type MigrationMode, mostCarried, type PagesPurpose } from "./protocol.ts";

export interface PageSenderOptions {
  readonly machine: Machine;
  readonly mode: MigrationMode;
  /** Host time, growing. */
  readonly now: () => Milliseconds;
  /** Infinite where it is not said. */
  readonly bytesPerSecond?: number;
  /** About so much leaves in one step. */
  readonly bytesPerStep?: Bytes;
  /** Pages that are kept to tell what has changed in them. */
  readonly cachePages?: Pages;
}

/** While the guest runs: a batch has its price, however many pages are in it. */
const batchPages: Pages = 192;
/** While it stands still: the other side looks at one while the next one is made. */
const stoppedBatchPages: Pages = 64;
/** A guest that waits for a page waits for one batch at the most. */
const laterBatchPages: Pages = 16;
const batchOf: Readonly<Record<PagesPurpose, Pages>> = {
  precopy: batchPages,
  stopped: stoppedBatchPages,
  postcopy: laterBatchPages,
};

/** What is known when the destination has answered. */
export interface MetDestination {
  /** Those that it has, in the order of `welcome.contents`. */
  readonly contents: readonly KnownContent[];
  readonly compression: Compression | undefined;
  /** What goes along in the rounds, where it can take it. */
  readonly ahead: AheadContent | undefined;
}

export class PageSender {
  readonly #options: PageSenderOptions;
  readonly #line: Line;
  readonly #allowance: Allowance;
  #compression: Compression | undefined;
  #encoder: PageEncoder = new PageEncoder({ contents: [], cachePages: 0 });
  /** What is still to be sent: of this round, of what the guest left when it stopped, of the rest. */
  #queue = new PageQueue([]);
  #ahead: AheadContent | undefined;
  /** Bytes of it that are still to go in this round: what comes meanwhile goes in the next one. */
  #aheadLeft: Bytes = 0;
  /** What follows when the queue is empty. */
  #behind: readonly Message[] = [];
  /** Pages whose content is left for post-copy. */
  readonly #postponed = new Set<number>();
  #laterPages: Pages = 0;

  constructor(line: Line, options: PageSenderOptions) {
    this.#options = options;
    this.#line = line;
    this.#allowance = new Allowance(
      options.bytesPerSecond ?? Number.POSITIVE_INFINITY,
      options.now,
    );
  }

  meet({ contents, compression, ahead }: MetDestination): void {
    const { cachePages = 4096 } = this.#options;
    this.#ahead = ahead;
    this.#compression = compression;
    this.#encoder = new PageEncoder({ contents, compression, cachePages });
  }

  /** What both sides have agreed on. */
  get compression(): Compression | undefined {
    return this.#compression;
  }

  /** Whether all of this round is on its way. */
  get isDone(): boolean {
    return this.#queue.length === 0 && this.#behind.length === 0;
  }

  /** Pages of what goes ahead that are to be said yet. */
  get aheadPages(): Pages {
    return Math.ceil((this.#ahead?.left ?? 0) / pageBytes);
  }

  /** Pages that were sent when the guest ran there already. */
  get laterPages(): Pages {
    return this.#laterPages;
  }

  get statistics(): Pick<PageEncoder, "statistics" | "compressed"> {
    return this.#encoder;
  }

  begin(pages: Iterable<number>, behind: readonly Message[]): void {
    this.#queue = new PageQueue(pages);
    this.#behind = behind;
    this.#aheadLeft = this.#ahead?.left ?? 0;
  }

  /** The guest waits for a page there. */
  hurry(page: number): void {
    this.#queue.hurry(page);
  }

  /** Sends what may leave now. */
  send(purpose: PagesPurpose): void {
    const { bytesPerStep = 2 ** 20 } = this.#options;
    const end = this.#line.sent + bytesPerStep;
    while (this.#queue.length > 0) {
      // The limit is there for others' sake; a guest that stands still comes first.
      const isOpen = purpose === "stopped" || this.#allowance.isOpen;
      if (!isOpen || !this.#line.isFree || this.#line.sent >= end) return;
      this.#sendBatch(purpose);
    }
    while (purpose === "precopy" && this.#ahead && this.#aheadLeft > 0) {
      if (!this.#allowance.isOpen || !this.#line.isFree || this.#line.sent >= end) return;
      this.#sendAhead(this.#ahead);
    }
    const behind = this.#behind;
    this.#behind = [];
    if (behind.length > 0) this.#line.post(...behind);
  }

  /**
   * The guest has stopped. Of what is left, the destination can do without some pages for a while.
   *
   * @param needed pages that it cannot do without: those with decoded code, because an instruction whose
   *   page came while it was decoded could be counted twice
   * @returns pages that are to be sent now, and those that come later; both ascend
   */
  divide(resident: readonly number[], needed: () => Iterable<number>) {
    const { mode, machine } = this.#options;
    const dirty = this.#queue.take(Number.POSITIVE_INFINITY);
    // Pages that were swept meanwhile are in no list, and what was sent of them is dropped there.
    const open = new Set([...dirty, ...this.#postponed]);
    const absent: number[] = [];
    if (mode !== "precopy") {
      const isNeeded = new Set([...needed(), machine.ram.pages]);
      const free = resident.filter((page) => open.has(page) && !isNeeded.has(page));
      for (const { page, bytes } of machine.ram.contents(free)) {
        if (!this.#encoder.isCheap(page, bytes)) absent.push(page);
      }
    }
    for (const page of absent) open.delete(page);
    this.#postponed.clear();
    for (const page of absent) this.#postponed.add(page);
    return { now: [...open].sort((a, b) => a - b), later: absent };
  }

  /** The guest runs there: what was left behind follows. */
  sendLater(): void {
    this.begin(this.#postponed, []);
  }

  #sendBatch(purpose: PagesPurpose): void {
    const { machine, mode, bytesPerSecond } = this.#options;
    // Where little may leave in a time, much of it is not to leave at once.
    const isLimited = purpose === "precopy" && bytesPerSecond !== undefined;
    const pages = this.#queue.take(isLimited ? batchOf.stopped : batchOf[purpose]);
    const encoder = this.#encoder;
    for (const { page, bytes } of machine.ram.contents(pages)) {
      if (purpose === "precopy" && mode !== "precopy" && this.#isPostponed(page, bytes)) continue;
      encoder.add(page, bytes, purpose === "postcopy");
    }
    const before = this.#line.sent;
    if (!encoder.isEmpty) this.#line.post({ kind: "pages", purpose, ...encoder.takeBatch() });
    this.#allowance.spend(this.#line.sent - before);
    if (purpose === "postcopy") this.#laterPages += pages.length;
  }

  #sendAhead(ahead: AheadContent): void {
    const [sent, left] = [this.#line.sent, ahead.left];
    const piece = ahead.take(Math.min(this.#aheadLeft, mostCarried / 4));
    this.#aheadLeft = ahead.left < left ? this.#aheadLeft - (left - ahead.left) : 0;
    this.#line.post(...partsOf("ahead", piece));
    this.#allowance.spend(this.#line.sent - sent);
  }

  /**
   * Post-copy sends at once what costs nothing and what cannot be left behind; hybrid sends everything
   * once.
   */
  #isPostponed(page: number, bytes: Uint8Array): boolean {
    const { mode, machine } = this.#options;
    const isNeeded = page === machine.ram.pages || machine.ram.holdsCode(page);
    const isLate = mode === "postcopy" && !isNeeded && !this.#encoder.isCheap(page, bytes);
    if (isLate) this.#postponed.add(page);
    else this.#postponed.delete(page);
    return isLate;
  }
}
