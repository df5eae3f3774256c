/**
 * Plain data as bytes, the same bytes for the same data: the form of a section of a snapshot.
 *
 * ```
 * 00 null   01 false   02 true
 * 03 n      the whole number n           04 n   the whole number -n - 1
 * 05        any other number: 8 bytes, IEEE 754, little-endian
 * 06 n …    text: n UTF-16 code units, each a number
 * 07 n …    n bytes
 * 08 n …    list of n values
 * 09 n …    record of n fields, each a name (as 06, without the 06) and a value; names ascend
 * ```
 * Numbers `n` are LEB128, 7 bits a byte from the lowest on, without zero bytes behind the highest.
 * Text is JavaScript's own and not UTF-8, because a console's text may be cut within a character.
 * Fields that are undefined are left out.
 */
import { ByteWriter } from "../base/wasm/byte-writer.ts";

export const valueTags = {
  ...{ null: 0, false: 1, true: 2, whole: 3, negative: 4, other: 5 },
  ...{ text: 6, bytes: 7, list: 8, record: 9 },
} as const;

/** @throws TypeError for what is not plain data: functions, NaN, infinities, bigints */
export function encodeValue(value: unknown): Uint8Array {
  const writer = new ByteWriter();
  write(writer, value);
  return writer.view().slice();
}

function write(writer: ByteWriter, value: unknown): void {
  if (value === null) writer.byte(valueTags.null);
  else if (typeof value === "boolean") writer.byte(value ? valueTags.true : valueTags.false);
  else if (typeof value === "number") writeNumber(writer, value);
  else if (typeof value === "string") {
    writer.byte(valueTags.text);
    writeText(writer, value);
  } else if (value instanceof Uint8Array) {
    writer.byte(valueTags.bytes);
    writeCount(writer, value.length);
    writer.bytes(value);
  } else if (Array.isArray(value)) {
    writer.byte(valueTags.list);
    writeCount(writer, value.length);
    for (const item of value) write(writer, item);
  } else if (isRecord(value)) writeRecord(writer, value);
  else throw new TypeError(`a ${typeof value} is no plain data`);
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is no plain data`);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    writer.byte(value < 0 ? valueTags.negative : valueTags.whole);
    writeCount(writer, value < 0 ? -value - 1 : value);
    return;
  }
  writer.byte(valueTags.other);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  writer.bytes(bytes);
}

function writeRecord(writer: ByteWriter, value: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  writer.byte(valueTags.record);
  writeCount(writer, entries.length);
  for (const [name, item] of entries) {
    writeText(writer, name);
    write(writer, item);
  }
}

function writeText(writer: ByteWriter, text: string): void {
  writeCount(writer, text.length);
  for (let index = 0; index < text.length; index++) writeCount(writer, text.charCodeAt(index));
}

/** LEB128 of a whole number below 2^53. */
function writeCount(writer: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    writer.byte((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writer.byte(rest);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
