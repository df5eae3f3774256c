/**
 * Records by instruction bits: programs use the same few thousand encodings again and again, and
 * taking one apart by the table costs far more than copying eight bytes.
 *
 * Direct-mapped; an entry is the bits, whether a run of decoding ends there, and the record.
 */
import type { MachineAddress } from "../base/units.ts";
import { decode } from "../isa/decoder.ts";
import { recordBytes } from "../memory/layout.ts";
import { writeRecord } from "./record.ts";

const entriesLog2 = 15;
const entries = 2 ** entriesLog2;
/** Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4): 2^32 over the golden ratio. */
const multiplier = 0x9e37_79b1;

export class RecordCache {
  readonly #view: DataView;
  readonly #bits = new Int32Array(entries);
  readonly #endsRun = new Uint8Array(entries);
  readonly #records = new Int32Array(2 * entries);

  /** @param view the machine memory that records are written to */
  constructor(view: DataView) {
    this.#view = view;
  }

  /**
   * Writes the record of an instruction; of a compressed one `bits` has only the low half.
   *
   * @returns true where execution never goes on behind the instruction
   */
  write(address: MachineAddress, bits: number): boolean {
    const entry = Math.imul(bits, multiplier) >>> (32 - entriesLog2);
    // Bits of zero are an illegal instruction: they mark an empty entry.
    if (bits === 0 || this.#bits[entry] !== (bits | 0)) this.#fill(entry, address, bits);
    else {
      this.#view.setInt32(address + recordBytes / 2, this.#records[2 * entry + 1] as number, true);
      this.#view.setInt32(address, this.#records[2 * entry] as number, true);
    }
    return this.#endsRun[entry] === 1;
  }

  #fill(entry: number, address: MachineAddress, bits: number): void {
    const decoded = decode(bits);
    writeRecord(this.#view, address, decoded);
    const mnemonic = decoded?.row.mnemonic;
    this.#bits[entry] = bits;
    this.#endsRun[entry] = decoded && mnemonic !== "jal" && mnemonic !== "jalr" ? 0 : 1;
    this.#records[2 * entry] = this.#view.getInt32(address, true);
    this.#records[2 * entry + 1] = this.#view.getInt32(address + recordBytes / 2, true);
  }
}
