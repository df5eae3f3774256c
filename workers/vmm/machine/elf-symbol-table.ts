import { isElf } from "./elf.ts";

const fileHeaderBytes = 64;
const sectionHeaderBytes = 64;
const symbolBytes = 24;
const symbolTable = 2;
const stringTable = 3;
const undefinedSection = 0;
const functionType = 2;
const two32 = 2 ** 32;

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly bytes: number;
  readonly link: number;
}

export interface ElfSymbol {
  /** The name's bytes, a zero, and whatever comes behind it in the string table. */
  readonly text: Uint8Array;
  readonly address: bigint;
  /** Functions and labels of assembly code that say so. */
  readonly isFunction: boolean;
}

/**
 * The symbols that a 64-bit little-endian ELF file defines, in its order (System V ABI, chapter 4).
 *
 * Nothing that is loaded depends on symbols, and stripped files are usual, so a symbol table that is
 * missing or broken just has no symbols. Costs one pass over the table, whatever the file says.
 */
export function* elfSymbolTable(file: Uint8Array): Generator<ElfSymbol> {
  if (!isElf(file) || file.length < fileHeaderBytes) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sections = readSections(view);
  const symbols = sections.find(({ type }) => type === symbolTable);
  const strings = symbols && sections[symbols.link];
  if (!symbols || strings?.type !== stringTable) return;
  for (let at = 0; at + symbolBytes <= symbols.bytes; at += symbolBytes) {
    const symbol = symbols.offset + at;
    if (view.getUint16(symbol + 6, true) === undefinedSection) continue;
    const nameAt = view.getUint32(symbol, true);
    yield {
      text: file.subarray(strings.offset + nameAt, strings.offset + strings.bytes),
      address: view.getBigUint64(symbol + 8, true),
      isFunction: (view.getUint8(symbol + 4) & 15) === functionType,
    };
  }
}

/** Sections that lie wholly in the file keep their numbers; others count as empty. */
function readSections(view: DataView): Section[] {
  const table = readWide(view, 40);
  const count = view.getUint16(60, true);
  const isReadable =
    view.getUint16(58, true) === sectionHeaderBytes &&
    table + count * sectionHeaderBytes <= view.byteLength;
  return Array.from({ length: isReadable ? count : 0 }, (_, index) => {
    const header = table + index * sectionHeaderBytes;
    const offset = readWide(view, header + 24);
    const bytes = readWide(view, header + 32);
    const isInside = offset + bytes <= view.byteLength;
    return {
      type: view.getUint32(header + 4, true),
      offset: isInside ? offset : 0,
      bytes: isInside ? bytes : 0,
      link: view.getUint32(header + 40, true),
    };
  });
}

/** A 64-bit field; beyond 2^53 it is inexact, but outside of every file anyway. */
function readWide(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * two32 + view.getUint32(offset, true);
}
