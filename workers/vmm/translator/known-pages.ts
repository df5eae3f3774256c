/**
 * Which pages a region keeps in mind, so that most loads and stores need no look at the TLB: for each
 * register that addresses are made of, the page of the last load by it, and of the last store.
 *
 * A page is worth it where the same register is used again, in a loop or by a later instruction.
 */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { KnownPage } from "../hart/inline/inline-state.ts";
import type { Decoded } from "../isa/decoder.ts";
import type { Block } from "./region-shape.ts";
import { rowFacts } from "./row-facts.ts";

export type AccessKind = "load" | "store";

const registers = 32;
/** No page's address. */
const none = -1;

export class KnownPages {
  readonly #pages = new Map<number, KnownPage>();

  /** Defines the pages, of which none is known where the code begins that is written here. */
  constructor(f: FunctionBuilder, blocks: readonly Block[]) {
    for (const key of repeatedAccesses(blocks)) {
      const page = f.local("i64");
      page.set(none);
      this.#pages.set(key, { page, addend: f.local("i32") });
    }
  }

  of(kind: AccessKind, { operands }: Decoded): KnownPage | undefined {
    return this.#pages.get(keyOf(kind, operands.rs1));
  }
}

function keyOf(kind: AccessKind, register: number): number {
  return kind === "load" ? register : register + registers;
}

function repeatedAccesses(blocks: readonly Block[]): Iterable<number> {
  const loops = loopsOf(blocks);
  const once = new Set<number>();
  const repeated = new Set<number>();
  for (const { offset, instructions } of blocks) {
    const isInLoop = loops.some(([first, last]) => first <= offset && offset <= last);
    for (const { decoded } of instructions) {
      const kind = rowFacts(decoded.row).access;
      if (!kind) continue;
      const key = keyOf(kind, decoded.operands.rs1);
      if (isInLoop || once.has(key)) repeated.add(key);
      once.add(key);
    }
  }
  return repeated;
}

/** What lies between a jump backwards and its target: first and last block. */
function loopsOf(blocks: readonly Block[]): readonly (readonly [number, number])[] {
  return blocks.flatMap(({ offset, instructions }) => {
    const last = instructions.at(-1);
    if (last?.effect !== "branch" && last?.effect !== "jump") return [];
    const target = last.offset + last.decoded.operands.imm;
    return target <= offset ? [[target, offset] as const] : [];
  });
}
