import { isElf } from "./elf.ts";

const fileHeaderBytes = 64;
const sectionHeaderBytes = 64;
const symbolBytes = 24;
const symbolTable = 2;
const stringTable = 3;
const undefinedSection = 0;
const two32 = 2 ** 32;

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly bytes: number;
  readonly link: number;
}

/**
 * Looks up symbols of a 64-bit little-endian ELF file by their names (System V ABI, chapter 4).
 *
 * Nothing that is loaded depends on symbols, and stripped files are usual, so a symbol table that is
 * missing or broken just has no symbols. Costs one pass over the table, whatever the file says.
 *
 * @returns the virtual addresses of those that the file defines, the first of each name
 */
export function findElfSymbols(
  file: Uint8Array,
  names: readonly string[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (!isElf(file) || file.length < fileHeaderBytes) return found;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sections = readSections(view);
  const symbols = sections.find(({ type }) => type === symbolTable);
  const strings = symbols && sections[symbols.link];
  if (!symbols || strings?.type !== stringTable) return found;

  const wanted = names.map((name) => ({ name, bytes: zeroTerminated(name) }));
  for (let at = 0; at + symbolBytes <= symbols.bytes; at += symbolBytes) {
    const symbol = symbols.offset + at;
    if (view.getUint16(symbol + 6, true) === undefinedSection) continue;
    const nameAt = view.getUint32(symbol, true);
    const text = file.subarray(strings.offset + nameAt, strings.offset + strings.bytes);
    const match = wanted.find(({ bytes }) => startsWith(text, bytes));
    if (match && !found.has(match.name)) found.set(match.name, readWide(view, symbol + 8));
  }
  return found;
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

function zeroTerminated(name: string): Uint8Array {
  return Uint8Array.from([...name, "\0"], (letter) => letter.charCodeAt(0));
}

function startsWith(text: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => text[index] === byte);
}

/** A 64-bit field; beyond 2^53 it is inexact, but outside of every file and memory anyway. */
function readWide(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * two32 + view.getUint32(offset, true);
}
