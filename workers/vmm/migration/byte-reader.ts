/** Reads what the other side of a migration has sent; whatever does not fit is a `MigrationProblem`. */
import type { Bytes } from "../base/units.ts";
import { MigrationProblem, type MigrationProblemCode } from "./migration-problem.ts";

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #code: MigrationProblemCode;
  #at = 0;

  constructor(bytes: Uint8Array, code: MigrationProblemCode = "migration-message-malformed") {
    this.#bytes = bytes;
    this.#code = code;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.problem("it is cut short");
    return byte;
  }

  /** A whole number as `writeCount` writes it, and no other spelling of it. */
  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw this.problem("a number is too large");
      if (byte >= 0x80) continue;
      if (byte === 0 && scale > 1) throw this.problem("a number is written otherwise");
      return value;
    }
  }

  /** A view. */
  take(length: Bytes): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw this.problem("it is cut short");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  end(): void {
    if (!this.isAtEnd) throw this.problem("something follows its end");
  }

  problem(what: string): MigrationProblem {
    return new MigrationProblem(this.#code, `${what}, at byte ${this.#at}`);
  }
}
