/**
 * A machine's RAM for whoever saves, clones or moves it; between two calls of `run` only. Pages are
 * counted from the start of RAM; the ROM's is the one behind the last.
 */
import type { Pages } from "../base/units.ts";
import type { PageLog } from "./page-log.ts";
import type { PageContent, RamImage } from "./ram-image.ts";

/** What decides what a run does at which step, besides the content of pages; all in ascending order. */
export interface Residence {
  /** Pages that have content, of which some may be zeros. */
  readonly resident: readonly number[];
  /** Pages that were read but never written. */
  readonly readZeros: readonly number[];
  /** The number of resident pages at which the next sweep is due. */
  readonly sweepAt: Pages;
}

export interface RamPort {
  readonly pages: Pages;
  /** Pages whose content `supply` has still to bring. */
  readonly absentPages: Pages;
  /**
   * What is in RAM and ROM now, or in some pages of it, for as long as the image is not released.
   * Copies nothing, takes as long as a look at each of these pages, and has the guest copy the pages
   * that it stores to from now on (`memory.cow`).
   */
  capture(pages?: Iterable<number>): RamImage;
  /** Which pages there are, without their content: a look at each page, and nothing is shared. */
  residence(): Residence;
  /**
   * What is in these pages, those left out that have no content or are absent. Bytes are the frame
   * itself: to be read before the guest runs on.
   */
  contents(pages: Iterable<number>): Iterable<PageContent>;
  /** Whether instructions of a page have been decoded, so that the guest will soon need it. */
  holdsCode(page: number): boolean;
  /** Notes the pages that are written from now on, by whomever (`trace.dirty`). */
  openDirtyLog(): PageLog;
  /** Notes the pages that are accessed from now on, by whomever (`trace.access`). */
  openAccessLog(): PageLog;
  /** Brings the content of an absent page; a page that is here already stays as it is. */
  supply(page: number, content: Uint8Array): void;
}
