import type { DebugPort } from "../../vmm/mod.ts";
import type { DumpFormat } from "./parse-dump-format.ts";

const bytesPerLine = 16;

/** Memory as QEMU's `x` shows it: 16 bytes a line, each line with its address. */
export function dumpedMemory(
  read: (address: bigint, bytes: number) => Uint8Array,
  address: bigint,
  { count, notation, bytes }: DumpFormat,
): string {
  const perLine = bytesPerLine / bytes;
  let text = "";
  for (let done = 0; done < count; done += perLine) {
    const at = BigInt.asUintN(64, address + BigInt(done * bytes));
    const wanted = Math.min(perLine, count - done);
    const content = read(at, wanted * bytes);
    const known = Math.floor(content.length / bytes);
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    const items = Array.from({ length: known }, (_, index) =>
      shown(valueAt(view, index * bytes, bytes), notation, bytes),
    );
    if (items.length > 0) text += `${hex(at)}: ${items.join(" ")}\n`;
    if (known < wanted) return `${text}Cannot access memory\n`;
  }
  return text;
}

/** Instructions in the notation of GNU as, each with its address and bits. */
export function disassembledMemory(
  debug: Pick<DebugPort, "disassemble">,
  hart: number,
  address: bigint,
  count: number,
): string {
  let text = "";
  let at = address;
  for (let done = 0; done < count; done++) {
    const instruction = debug.disassemble(hart, at);
    if (instruction === undefined) return `${text}Cannot access memory\n`;
    const bits = instruction.bits.toString(16).padStart(2 * instruction.bytes, "0");
    text += `0x${hex(at)}:  ${bits.padEnd(8)}          ${instruction.text}\n`;
    at = BigInt.asUintN(64, at + BigInt(instruction.bytes));
  }
  return text;
}

function valueAt(view: DataView, offset: number, bytes: 1 | 2 | 4 | 8): bigint {
  if (bytes === 8) return view.getBigUint64(offset, true);
  if (bytes === 4) return BigInt(view.getUint32(offset, true));
  return BigInt(bytes === 2 ? view.getUint16(offset, true) : view.getUint8(offset));
}

function shown(value: bigint, notation: DumpFormat["notation"], bytes: number): string {
  switch (notation) {
    case "d":
      return String(BigInt.asIntN(8 * bytes, value));
    case "u":
      return String(value);
    case "o":
      return `0${value.toString(8)}`;
    case "c": {
      const code = Number(value & 0xffn);
      return code >= 0x20 && code < 0x7f ? `'${String.fromCharCode(code)}'` : `'\\x${byte(code)}'`;
    }
    default:
      return `0x${value.toString(16).padStart(2 * bytes, "0")}`;
  }
}

function byte(code: number): string {
  return code.toString(16).padStart(2, "0");
}

function hex(address: bigint): string {
  return address.toString(16).padStart(16, "0");
}
