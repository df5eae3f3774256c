import { elfFile, type TestSegment } from "./elf-file.ts";

/** Global, of type function. */
const functionSymbol = 0x12;
/** SHF_ALLOC and SHF_EXECINSTR. */
const allocatedCode = 6n;

/**
 * An executable with a symbol table behind its segments; the symbols are code of the first segment.
 * Sections have names, as debuggers want them.
 */
export function elfWithSymbols(
  entry: number,
  segments: readonly TestSegment[],
  symbols: Readonly<Record<string, number>>,
): Uint8Array {
  const body = elfFile(entry, segments);
  const names = Object.keys(symbols);
  const sectionNames = [".symtab", ".strtab", ".text"];
  const strings = `\0${[...names, ...sectionNames].map((name) => `${name}\0`).join("")}`;
  const tableAt = body.length + (-body.length & 7);
  // Symbol 0 is the undefined one, as is section 0.
  const tableBytes = 24 * (1 + names.length);
  const stringsAt = tableAt + tableBytes;
  const headersAt = stringsAt + strings.length;
  const file = new Uint8Array(headersAt + 4 * 64);
  const view = new DataView(file.buffer);
  file.set(body);
  for (const [index, name] of names.entries()) {
    const at = tableAt + 24 * (1 + index);
    view.setUint32(at, strings.indexOf(`\0${name}\0`) + 1, true);
    view.setUint8(at + 4, functionSymbol);
    view.setUint16(at + 6, 3, true);
    view.setBigUint64(at + 8, BigInt(symbols[name] ?? 0), true);
  }
  for (const [index, letter] of [...strings].entries()) {
    file[stringsAt + index] = letter.charCodeAt(0);
  }
  const section = (index: number, type: number, offset: number, bytes: number, link: number) => {
    const at = headersAt + 64 * index;
    view.setUint32(at, strings.indexOf(`\0${sectionNames[index - 1]}\0`) + 1, true);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(bytes), true);
    view.setUint32(at + 40, link, true);
  };
  section(1, 2, tableAt, tableBytes, 2);
  section(2, 3, stringsAt, strings.length, 0);
  view.setBigUint64(headersAt + 64 + 56, 24n, true);
  const [code] = segments;
  const codeBytes = code?.bytes.length ?? 0;
  section(3, 1, 64 + 56 * segments.length, codeBytes, 0);
  view.setBigUint64(headersAt + 3 * 64 + 8, allocatedCode, true);
  view.setBigUint64(headersAt + 3 * 64 + 16, BigInt(code?.address ?? 0), true);
  view.setBigUint64(40, BigInt(headersAt), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 4, true);
  view.setUint16(62, 2, true);
  return file;
}
