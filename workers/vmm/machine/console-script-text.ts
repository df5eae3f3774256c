/**
 * UTF-8 between console bytes and text, because `vmm` has no `TextDecoder`.
 *
 * The decoder is fed byte by byte and never fails: a byte that belongs to no character becomes
 * U+FFFD, as in the Encoding Standard but without its rules for the length of a bad sequence.
 */
export class ConsoleTextDecoder {
  /** Bits of the character so far, and bytes that it still needs. */
  #bits: number;
  #missing: number;

  constructor(state: ConsoleTextState = { bits: 0, missing: 0 }) {
    this.#bits = state.bits;
    this.#missing = state.missing;
  }

  /** The characters that `byte` completes: none, one, or U+FFFD and one. */
  push(byte: number): string {
    if (this.#missing > 0) {
      if ((byte & 0xc0) === 0x80) {
        this.#bits = (this.#bits << 6) | (byte & 0x3f);
        this.#missing -= 1;
        return this.#missing > 0 ? "" : character(this.#bits);
      }
      this.#missing = 0;
      return replacement + this.push(byte);
    }
    if (byte < 0x80) {
      return String.fromCharCode(byte);
    }
    const length = byte >= 0xc2 && byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte < 0xc2 || byte > 0xf4) {
      return replacement;
    }
    this.#bits = byte & (0x3f >> length);
    this.#missing = length;
    return "";
  }

  save(): ConsoleTextState {
    return { bits: this.#bits, missing: this.#missing };
  }
}

export interface ConsoleTextState {
  readonly bits: number;
  readonly missing: number;
}

/** The bytes that typing `text` sends. */
export function encodeConsoleText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const symbol of text) {
    const code = symbol.codePointAt(0) ?? 0;
    if (code < 0x80) {
      bytes.push(code);
    } else if (code < 0x800) {
      bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    } else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f));
      bytes.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return Uint8Array.from(bytes);
}

const replacement = "\ufffd";

function character(code: number): string {
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return isSurrogate || code > 0x10ffff ? replacement : String.fromCodePoint(code);
}
