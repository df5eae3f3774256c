import type { Pages } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";
import type { PageContent, RamContent } from "../memory/ram-image.ts";

/**
 * RAM that comes from outside of this monitor, page for page as a machine's map can take it.
 *
 * @param ramPages pages of RAM; the boot ROM is one more
 * @throws RangeError from the pages, too, as they are gone through
 */
export function checkedContent(
  ram: RamContent,
  ramPages: Pages,
): Omit<RamContent, "pages"> & { readonly pages: Iterable<PageContent> } {
  const { readZeros, absent, sweepAt } = ram;
  checkOrder(readZeros, ramPages);
  checkOrder(absent, ramPages);
  const elsewhere = new Set([...readZeros, ...absent]);
  if (elsewhere.size !== readZeros.length + absent.length) throw new RangeError("a page is twice");
  return { readZeros, absent, sweepAt, pages: checkPages(ram.pages(), ramPages, elsewhere) };
}

function* checkPages(
  pages: Iterable<PageContent>,
  ramPages: Pages,
  elsewhere: ReadonlySet<number>,
): Generator<PageContent> {
  let previous = -1;
  for (const content of pages) {
    const { page, bytes } = content;
    const isNext = Number.isInteger(page) && page > previous && page <= ramPages;
    if (!isNext) throw outOfOrder();
    if (bytes.length !== pageBytes) throw new RangeError(`page ${page} has ${bytes.length} bytes`);
    if (elsewhere.has(page)) throw new RangeError(`page ${page} is there and is not`);
    previous = page;
    yield content;
  }
}

function checkOrder(pages: readonly number[], end: Pages): void {
  const isInOrder = pages.every(
    (page, i) => Number.isInteger(page) && page < end && page > (pages[i - 1] ?? -2),
  );
  if (!isInOrder) throw outOfOrder();
}

function outOfOrder(): RangeError {
  return new RangeError("pages are not in order, or beyond the end of RAM");
}
