import type { ByteWriter } from "../base/wasm/byte-writer.ts";

/** LEB128 of a whole number below 2^53. */
export function writeCount(writer: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    writer.byte((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writer.byte(rest);
}
