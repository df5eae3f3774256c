/** Finds, for a place in guest code, a region of the library that the code there is equal to. */
import { isFullLength } from "../isa/decoder.ts";
import { pageBytes } from "../memory/layout.ts";
import type { CodeLibrary } from "./code-library.ts";
import type { LibraryRegion } from "./library-region.ts";
import type { CodePage, CodeView, RegionCode } from "./region-code.ts";
import type { RegionShape } from "./region-shape.ts";

export interface FoundShape {
  readonly region: LibraryRegion;
  readonly code: RegionCode;
  /** Pages from the start of the region's offsets to the page of the place. */
  readonly distance: number;
}

/**
 * @param view distances in it count from `page`, in which the place is at `offset`
 * @param suits whether a region comes into question
 */
export function findShape(
  view: CodeView,
  { page, offset }: { readonly page: CodePage; readonly offset: number },
  library: CodeLibrary,
  suits: (region: LibraryRegion) => boolean,
): FoundShape | undefined {
  const bits = bitsAt(view, page.frame, offset);
  if (bits === undefined) return undefined;
  for (const region of library.candidates(offset, bits)) {
    if (!suits(region)) continue;
    for (const place of region.starts.keys()) {
      const distance = Math.floor(place / pageBytes);
      if (place - distance * pageBytes !== offset) continue;
      const pages = pagesOf(view, region.shape, distance);
      if (!pages) continue;
      library.used(region);
      return { region, code: { ...region.shape, pages, isWhole: true }, distance };
    }
  }
  return undefined;
}

/** The pages of a shape, if each of its instructions stands in them and was executed before. */
function pagesOf(
  view: CodeView,
  { blocks }: RegionShape,
  origin: number,
): Map<number, CodePage> | undefined {
  const pages = new Map<number, CodePage>();
  for (const { instructions } of blocks.values()) {
    for (const { offset, bits } of instructions) {
      const distance = Math.floor(offset / pageBytes);
      const page = pages.get(distance) ?? view.page(distance - origin);
      if (!page) return undefined;
      pages.set(distance, page);
      const inPage = offset - distance * pageBytes;
      if (bitsAt(view, page.frame, inPage) !== bits || !view.isDecoded(page, inPage)) {
        return undefined;
      }
    }
  }
  return pages;
}

/** Undefined for an instruction that reaches into the next page. */
function bitsAt(view: CodeView, frame: number, offset: number): number | undefined {
  const low = view.halfword(frame + offset);
  if (!isFullLength(low)) return low;
  if (offset === pageBytes - 2) return undefined;
  return low | (view.halfword(frame + offset + 2) << 16);
}
