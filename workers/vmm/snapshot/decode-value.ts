/**
 * The inverse of `encodeValue`, for bytes that nobody has looked at yet. What `encodeValue` would not
 * have written is refused, so two different strings of bytes never mean the same.
 */
import { valueTags } from "./encode-value.ts";

/** Far more than a snapshot has; a recursion of this depth is safe. */
const deepest = 64;

/** @throws RangeError with a clause that says what is wrong, and at which byte */
export function decodeValue(bytes: Uint8Array): unknown {
  const reader = new ValueReader(bytes);
  const value = reader.value(0);
  reader.end();
  return value;
}

class ValueReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): unknown {
    if (depth > deepest) throw this.#problem("values are nested too deeply");
    const tag = this.#byte();
    switch (tag) {
      case valueTags.null:
        return null;
      case valueTags.false:
        return false;
      case valueTags.true:
        return true;
      case valueTags.whole:
        return this.#count();
      case valueTags.negative:
        return this.#negative();
      case valueTags.other:
        return this.#other();
      case valueTags.text:
        return this.#text();
      case valueTags.bytes:
        return this.#take(this.#count()).slice();
      case valueTags.list:
        return Array.from({ length: this.#items() }, () => this.value(depth + 1));
      case valueTags.record:
        return this.#record(depth);
      default:
        throw this.#problem(`there is no kind of value ${tag}`);
    }
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#problem("something follows the last value");
  }

  #record(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    let previous: string | undefined;
    for (let left = this.#items(); left > 0; left--) {
      const name = this.#text();
      if (previous !== undefined && !(previous < name)) {
        throw this.#problem("names are not in order");
      }
      previous = name;
      entries.push([name, this.value(depth + 1)]);
    }
    // Not by assignment: the name `__proto__` is one like any other here.
    return Object.fromEntries(entries);
  }

  #text(): string {
    let text = "";
    for (let left = this.#items(); left > 0; left--) {
      const unit = this.#count();
      if (unit > 0xffff) throw this.#problem("a character is none");
      text += String.fromCharCode(unit);
    }
    return text;
  }

  #negative(): number {
    const value = -1 - this.#count();
    if (!Number.isSafeInteger(value)) throw this.#problem("a number is too large");
    return value;
  }

  #other(): number {
    this.#take(8);
    const value = this.#view.getFloat64(this.#at - 8, true);
    const isWhole = Number.isSafeInteger(value) && !Object.is(value, -0);
    if (isWhole || !Number.isFinite(value)) throw this.#problem("a number is written otherwise");
    return value;
  }

  /** A number of things of which each takes a byte at least. */
  #items(): number {
    const items = this.#count();
    if (items > this.#bytes.length - this.#at) throw this.#problem("the data are cut short");
    return items;
  }

  #count(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw this.#problem("a number is too large");
      if (byte >= 0x80) continue;
      if (byte === 0 && scale > 1) throw this.#problem("a number is longer than it need be");
      return value;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#problem("the data are cut short");
    this.#at++;
    return byte;
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw this.#problem("the data are cut short");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #problem(what: string): RangeError {
    return new RangeError(`${what}, at byte ${this.#at}`);
  }
}
