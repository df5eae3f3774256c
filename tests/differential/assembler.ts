/**
 * Machine code at a fixed address, encoded by the instruction table's own patterns.
 *
 *     const a = new Assembler(0x8000_0000);
 *     a.label("again");
 *     a.emit("c.addi", { rd: 10, imm: -1 });
 *     a.transfer("bne", { rs1: 10, rs2: 0 }, "again");
 *     const image = a.finish();
 */
import {
  noOperands,
  type OperandName,
  type Operands,
  type Pattern,
  putTogether,
  takeApart,
} from "../../workers/vmm/isa/pattern.ts";
import { compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";

/** A label, or an address. */
export type Place = string | number;

const patterns = new Map<string, Pattern>(
  [...instructionTable, ...compressedTable].map(({ mnemonic, pattern }) => [mnemonic, pattern]),
);

export class Assembler {
  readonly base: number;
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  readonly #labels = new Map<string, number>();
  readonly #fixups: (() => void)[] = [];

  constructor(base: number) {
    this.base = base;
  }

  get here(): number {
    return this.base + this.#length;
  }

  label(name: string): void {
    this.#labels.set(name, this.here);
  }

  addressOf(place: Place): number {
    const address = typeof place === "number" ? place : this.#labels.get(place);
    if (address === undefined) throw new Error(`no label is named ${place}`);
    return address;
  }

  emit(mnemonic: string, operands: Partial<Operands> = {}): void {
    const pattern = patternOf(mnemonic);
    this.raw(encode(mnemonic, pattern, operands), pattern.bits === 16 ? 2 : 4);
  }

  /** A branch or jump to a place that may come later. */
  transfer(mnemonic: string, operands: Partial<Operands>, to: Place): void {
    const at = this.here;
    this.emit(mnemonic, operands);
    this.#fixups.push(() => {
      const imm = this.addressOf(to) - at;
      this.#patch(at, mnemonic, { ...operands, imm });
    });
  }

  /** `rd` = the place plus a distance, by `auipc` and `addi`. */
  address(rd: number, to: Place, plus = 0): void {
    const at = this.here;
    this.emit("auipc", { rd });
    this.emit("addi", { rd, rs1: rd });
    this.#fixups.push(() => {
      const distance = this.addressOf(to) + plus - at;
      const low = (distance << 20) >> 20;
      this.#patch(at, "auipc", { rd, imm: (distance - low) | 0 });
      this.#patch(at + 4, "addi", { rd, rs1: rd, imm: low });
    });
  }

  raw(bits: number, bytes: 2 | 4): void {
    this.#reserve(bytes);
    const view = new DataView(this.#bytes.buffer);
    if (bytes === 2) view.setUint16(this.#length, bits, true);
    else view.setUint32(this.#length, bits, true);
    this.#length += bytes;
  }

  word(value: bigint): void {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  align(bytes: number): void {
    const padding = -this.#length & (bytes - 1);
    this.#reserve(padding);
    this.#length += padding;
  }

  /** @returns the bytes from the base address on */
  finish(): Uint8Array {
    for (const fix of this.#fixups) fix();
    return this.#bytes.slice(0, this.#length);
  }

  #patch(at: number, mnemonic: string, operands: Partial<Operands>): void {
    const pattern = patternOf(mnemonic);
    const bits = encode(mnemonic, pattern, operands);
    const view = new DataView(this.#bytes.buffer);
    if (pattern.bits === 16) view.setUint16(at - this.base, bits, true);
    else view.setUint32(at - this.base, bits, true);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * this.#bytes.length + bytes);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

function patternOf(mnemonic: string): Pattern {
  const pattern = patterns.get(mnemonic);
  if (!pattern) throw new Error(`the table has no ${mnemonic}`);
  return pattern;
}

/** @throws Error for an operand that the encoding has no room for */
function encode(mnemonic: string, pattern: Pattern, given: Partial<Operands>): number {
  const operands = { ...noOperands(), ...given };
  for (const piece of pattern.pieces) {
    if (piece.bias > 0 && given[piece.name] === undefined) operands[piece.name] = piece.bias;
  }
  const bits = putTogether(pattern, operands);
  const back = takeApart(pattern, bits);
  for (const name of Object.keys(given) as OperandName[]) {
    if (back[name] === operands[name]) continue;
    throw new Error(`${mnemonic} cannot hold ${name} = ${operands[name]}`);
  }
  return bits;
}
