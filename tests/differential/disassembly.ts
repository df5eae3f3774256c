import { decode } from "../../workers/vmm/isa/decoder.ts";
import { disassemble } from "../../workers/vmm/isa/disassembler.ts";
import { imageBase } from "./guest-layout.ts";
import type { TestImage } from "./suite.ts";

/** One program of an image as assembly text, a line for each instruction, addresses in front. */
export function disassembly(image: TestImage, program: number): string {
  const view = new DataView(image.bytes.buffer, image.bytes.byteOffset, image.bytes.length);
  const lines: string[] = [];
  let address = image.codeAddress(program);
  while (address < image.codeEnd(program)) {
    const bits = view.getUint32(address - imageBase, true);
    const text = disassemble(bits, BigInt(address));
    lines.push(`  ${address.toString(16)}  ${text}`);
    address += decode(bits)?.bytes ?? ((bits & 3) === 3 ? 4 : 2);
  }
  return lines.join("\n");
}
