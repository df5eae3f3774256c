/**
 * Names for addresses: of functions in an ELF file, or of text in a listing as Linux has it in
 * `System.map` and `/proc/kallsyms` (address, letter, name on each line). Files are a person's own, and
 * a profile without names is one, too: what cannot be read has no names.
 */
import { elfSymbolTable } from "../../vmm/mod.ts";

export interface FunctionSymbol {
  readonly address: bigint;
  readonly name: string;
}

/** Beyond this distance an address is nobody's: what lies behind the last symbol has no end. */
const longestFunction = 1n << 20n;
const listed = /^([0-9a-f]{8,16}) [tTwW] ([^\s]+)/;

export class SymbolTable {
  readonly #symbols: readonly FunctionSymbol[];

  private constructor(symbols: readonly FunctionSymbol[]) {
    this.#symbols = [...symbols].sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  static of(file: Uint8Array): SymbolTable {
    const fromElf = [...elfSymbolTable(file)]
      .filter(({ isFunction }) => isFunction)
      .map(({ text, address }) => ({ address, name: nameOf(text) }));
    return new SymbolTable(fromElf.length > 0 ? fromElf : fromListing(file));
  }

  /** Of what `symbols` gave. */
  static from(symbols: readonly FunctionSymbol[]): SymbolTable {
    return new SymbolTable(symbols);
  }

  get symbols(): readonly FunctionSymbol[] {
    return this.#symbols;
  }

  static readonly empty = new SymbolTable([]);

  get size(): number {
    return this.#symbols.length;
  }

  /** The symbol that an address lies in or behind; undefined where there is none. */
  nameAt(address: bigint): string | undefined {
    let [low, high] = [0, this.#symbols.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#symbols[middle] as FunctionSymbol).address <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = this.#symbols[low - 1];
    if (!symbol || address - symbol.address >= longestFunction) return undefined;
    return symbol.name;
  }
}

function nameOf(text: Uint8Array): string {
  const end = text.indexOf(0);
  return new TextDecoder().decode(text.subarray(0, end < 0 ? text.length : end));
}

function fromListing(file: Uint8Array): FunctionSymbol[] {
  return new TextDecoder("latin1")
    .decode(file)
    .split("\n")
    .flatMap((line) => {
      const [, address, name] = listed.exec(line) ?? [];
      return address && name ? [{ address: BigInt(`0x${address}`), name }] : [];
    });
}
