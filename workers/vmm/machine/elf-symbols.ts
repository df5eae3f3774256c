import { elfSymbolTable } from "./elf-symbol-table.ts";

/**
 * Looks up symbols of an ELF file by their names.
 *
 * @returns the virtual addresses of those that the file defines, the first of each name; beyond 2^53
 *   inexact, but then outside of every memory
 */
export function findElfSymbols(
  file: Uint8Array,
  names: readonly string[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const wanted = names.map((name) => ({ name, bytes: zeroTerminated(name) }));
  for (const { text, address } of elfSymbolTable(file)) {
    const match = wanted.find(({ bytes }) => startsWith(text, bytes));
    if (match && !found.has(match.name)) found.set(match.name, Number(address));
  }
  return found;
}

function zeroTerminated(name: string): Uint8Array {
  return Uint8Array.from([...name, "\0"], (letter) => letter.charCodeAt(0));
}

function startsWith(text: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => text[index] === byte);
}
