import { packNumbers, unpackNumbers } from "../checkpoint/resident-pages.ts";

export type WrittenPages = readonly { readonly page: number; readonly bytes: Uint8Array }[];

const pageBytes = 4096;
const lengthBytes = 4;

/**
 * What a guest has written to a disk as sections of its checkpoint: `disk.NAME` has the pages one
 * behind the other, each filled up to 4 KiB, so that one that stays the same is stored once;
 * `disk.NAME.pages` their numbers, and the bytes of the last.
 */
export function addWrittenPages(
  sections: Map<string, Uint8Array>,
  name: string,
  written: WrittenPages,
): void {
  const content = new Uint8Array(written.length * pageBytes);
  written.forEach(({ bytes }, index) => {
    content.set(bytes, index * pageBytes);
  });
  const last = written.at(-1)?.bytes.length ?? 0;
  sections.set(`disk.${name}`, content);
  sections.set(`disk.${name}.pages`, packNumbers([...written.map(({ page }) => page), last]));
}

/** The pages back. @throws RangeError where the two sections do not fit */
export function writtenPages(
  sections: ReadonlyMap<string, Uint8Array>,
  name: string,
): WrittenPages {
  const content = sections.get(`disk.${name}`) ?? new Uint8Array();
  const list = sections.get(`disk.${name}.pages`) ?? new Uint8Array(lengthBytes);
  const pages = unpackNumbers(list).slice(0, -1);
  const last = unpackNumbers(list).at(-1) ?? 0;
  if (content.length !== pages.length * pageBytes)
    throw new RangeError(`disk ${name} is cut short`);
  return pages.map((page, index) => {
    const length = index === pages.length - 1 ? last : pageBytes;
    return { page, bytes: content.subarray(index * pageBytes, index * pageBytes + length) };
  });
}
