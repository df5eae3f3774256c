/** The kinds of fields that messages of a migration have: how each is written, and how it is read. */
import type { Bytes } from "../base/units.ts";
import type { ByteWriter } from "../base/wasm/byte-writer.ts";
import type { ByteReader } from "./byte-reader.ts";
import { writeCount } from "./write-count.ts";

export interface Field<T> {
  // As methods, so that a table may hold fields of different types.
  write(writer: ByteWriter, value: T): void;
  read(reader: ByteReader): T;
}

/** A whole number below 2^53. */
export const count: Field<number> = {
  write: writeCount,
  read: (reader) => reader.count(),
};

/** Printable ASCII. */
export function text(longest: number): Field<string> {
  return {
    write(writer, value) {
      writeCount(writer, value.length);
      for (let i = 0; i < value.length; i++) writer.byte(value.charCodeAt(i));
    },
    read(reader) {
      const length = reader.count();
      if (length > longest) throw reader.problem(`a text has more than ${longest} characters`);
      const codes = reader.take(length);
      if (codes.some((code) => code < 0x20 || code > 0x7e)) {
        throw reader.problem("a text has characters beyond ASCII");
      }
      return String.fromCharCode(...codes);
    },
  };
}

/** One of a few words, as its number; add at the end only. */
export function word<W extends string>(...words: readonly W[]): Field<W> {
  return {
    write(writer, value) {
      writer.byte(words.indexOf(value));
    },
    read(reader) {
      const value = words[reader.byte()];
      if (value === undefined) throw reader.problem(`it is none of ${words.join(", ")}`);
      return value;
    },
  };
}

export function list<T>(item: Field<T>, most: number): Field<readonly T[]> {
  return {
    write(writer, values) {
      writeCount(writer, values.length);
      for (const value of values) item.write(writer, value);
    },
    read(reader) {
      const length = reader.count();
      if (length > most) throw reader.problem(`a list has more than ${most} items`);
      return Array.from({ length }, () => item.read(reader));
    },
  };
}

export function bytes(most: Bytes): Field<Uint8Array> {
  return {
    write(writer, value) {
      writeCount(writer, value.length);
      writer.bytes(value);
    },
    read(reader) {
      const length = reader.count();
      if (length > most) throw reader.problem(`there are more than ${most} bytes`);
      return reader.take(length);
    },
  };
}
