/** A random program as data: items can be left out without moving a jump's target to elsewhere. */
import type { Operands } from "../../workers/vmm/isa/pattern.ts";
import type { Assembler } from "./assembler.ts";
import type { AnyProgram } from "./suite.ts";

/** One instruction, or two that make an address. */
export type Line =
  | {
      readonly kind: "instruction";
      readonly mnemonic: string;
      readonly operands: Partial<Operands>;
    }
  | { readonly kind: "raw"; readonly bits: number; readonly bytes: 2 | 4 }
  /** Branch or jump to the item of that number. */
  | {
      readonly kind: "transfer";
      readonly mnemonic: string;
      readonly operands: Partial<Operands>;
      readonly to: number;
    }
  /** `rd` = address of the item plus a distance. */
  | { readonly kind: "address"; readonly rd: number; readonly to: number; readonly plus: number };

/** Lines that only make sense together. */
export type Item = readonly Line[];

/** A program for M-mode. */
export interface Program extends AnyProgram {
  /** Initial x1 to x31. */
  readonly integers: readonly bigint[];
  /** Initial f0 to f31. */
  readonly floats: readonly bigint[];
  readonly fcsr: number;
  /** Where in the pool of values the scratch memory's contents begin. */
  readonly phase: number;
}

/** @param prefix of the labels: the program's place in its image */
export function assembleItems(a: Assembler, prefix: string, items: readonly Item[]): void {
  const labelOf = (item: number) => `${prefix}.${item}`;
  items.forEach((item, number) => {
    a.label(labelOf(number));
    for (const line of item) assembleLine(a, line, labelOf);
  });
  a.label(labelOf(items.length));
}

function assembleLine(a: Assembler, line: Line, labelOf: (item: number) => string): void {
  switch (line.kind) {
    case "instruction":
      a.emit(line.mnemonic, line.operands);
      break;
    case "raw":
      a.raw(line.bits, line.bytes);
      break;
    case "transfer":
      a.transfer(line.mnemonic, line.operands, labelOf(line.to));
      break;
    case "address":
      a.address(line.rd, labelOf(line.to), line.plus);
      break;
  }
}
