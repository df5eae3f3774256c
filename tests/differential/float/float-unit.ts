/**
 * The floating-point unit of one hart, driven case by case: operands into registers, one instruction
 * by the fast loop or by an exact step, result and flags out of registers.
 */

import { mstatus } from "../../../workers/vmm/hart/privilege.ts";
import {
  floatRegistersOffset,
  hartFields,
  integerRegistersOffset,
} from "../../../workers/vmm/isa/hart-layout.ts";
import { noOperands, putTogether } from "../../../workers/vmm/isa/pattern.ts";
import type { InstructionRow } from "../../../workers/vmm/isa/row.ts";
import { BareHart, ramBase } from "../../support/bare-hart.ts";
import { wordsPerCase } from "./native-oracle.ts";

/** Where an instruction takes its rounding mode from. */
export const modeSources = ["instruction", "frm"] as const;
type ModeSource = (typeof modeSources)[number];

/** The loop that guests run in, and the engine's `step`. */
export const paths = ["fast", "exact"] as const;
type Path = (typeof paths)[number];

const [rd, rs1, rs2, rs3] = [10, 11, 12, 13] as const;
const dynamic = 7;
const modes = ["rne", "rtz", "rdn", "rup", "rmm"] as const;
const inexact = 1;
const mostReported = 5;

export class FloatUnit {
  readonly #hart = new BareHart();
  readonly #words: Int32Array;

  constructor() {
    this.#words = new Int32Array(this.#hart.memory.bytes.buffer);
    this.#hart.hart.setWide("mstatus", mstatus.fs);
  }

  /**
   * Executes all cases of an instruction. In the fast loop the inexact flag is set before, and `frm`
   * is zero where the mode stands in the instruction: that is when it does arithmetic by itself. For
   * exact steps there is no flag, and no valid mode in `frm` where it does not matter.
   *
   * @returns the first few that end otherwise than they should, in words
   */
  disagreements(
    row: InstructionRow,
    cases: Uint32Array,
    path: Path,
    modeFrom: ModeSource,
  ): readonly string[] {
    const { hart, engine } = this.#hart;
    const words = this.#words;
    const fieldOf = (name: keyof typeof hartFields) =>
      (hart.address + hartFields[name].offset) >> 2;
    const [pc, budget, frm, fflags] = (["pc", "budget", "frm", "fflags"] as const).map(fieldOf) as [
      number,
      number,
      number,
      number,
    ];
    const registers = (name: string, offset: number) => (number: number) =>
      (hart.address + (row.assembly.includes(`{${name}:f}`) ? floatRegistersOffset : offset)) / 4 +
      2 * number;
    const [a, b, c] = [
      registers("rs1", integerRegistersOffset)(rs1),
      registers("rs2", integerRegistersOffset)(rs2),
      registers("rs3", integerRegistersOffset)(rs3),
    ];
    const result = registers("rd", integerRegistersOffset)(rd);
    const places = this.#writeCode(row);
    const flagsBefore = path === "fast" ? inexact : 0;
    const otherMode = path === "fast" ? 0 : dynamic;
    const found: string[] = [];
    const isDynamic = modeFrom === "frm";
    for (let at = 0; at < cases.length; at += wordsPerCase) {
      for (let word = 0; word < 2; word++) {
        words[a + word] = cases[at + word] as number;
        words[b + word] = cases[at + 2 + word] as number;
        words[c + word] = cases[at + 4 + word] as number;
      }
      const modeAndFlags = cases[at + 8] as number;
      const mode = modeAndFlags & 7;
      words[frm] = isDynamic ? mode : otherMode;
      words[fflags] = flagsBefore;
      words[pc] = places[isDynamic ? dynamic : mode] as number;
      words[pc + 1] = 0;
      words[budget] = 1;
      if (path === "fast") engine.execute(hart.address);
      else engine.step(hart.address);
      const flags = flagsBefore | (modeAndFlags >>> 8);
      const isEqual =
        words[result] === (cases[at + 6] as number) >> 0 &&
        words[result + 1] === (cases[at + 7] as number) >> 0 &&
        words[fflags] === flags;
      if (isEqual) continue;
      const actual = `${hex(words, result)} flags ${words[fflags]}`;
      const operands = [0, 2, 4].map((word) => hex(cases, at + word)).join(" ");
      const where = `${modes[mode]} from ${modeFrom}, ${path}`;
      const expected = `${hex(cases, at + 6)} flags ${flags}`;
      found.push(`${row.mnemonic} ${operands} (${where}): ${actual}, not ${expected}`);
      if (found.length === mostReported) break;
    }
    return found;
  }

  /** @returns where the instruction stands with each rounding mode, by the mode's number */
  #writeCode(row: InstructionRow): readonly number[] {
    const rounds = row.pattern.fields.has("rm");
    const operands = { ...noOperands(), rd, rs1, rs2, rs3 };
    const places: number[] = [];
    const code = new DataView(new ArrayBuffer(32));
    for (let rm = 0; rm < 8; rm++) {
      places.push((ramBase + 4 * rm) | 0);
      code.setUint32(4 * rm, putTogether(row.pattern, { ...operands, rm: rounds ? rm : 0 }), true);
    }
    this.#hart.ram.write(ramBase, new Uint8Array(code.buffer));
    return places;
  }
}

function hex(words: Int32Array | Uint32Array, at: number): string {
  const half = (word: number | undefined) => ((word ?? 0) >>> 0).toString(16).padStart(8, "0");
  return `0x${half(words[at + 1])}${half(words[at])}`;
}
