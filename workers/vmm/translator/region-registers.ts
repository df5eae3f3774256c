/**
 * The guest's registers as locals of a region's function: loaded where the region is entered, kept
 * there while it runs, stored at its one exit.
 */
import type { FunctionBuilder, Local } from "../base/wasm/function-builder.ts";
import { f64, type I32, i64 } from "../base/wasm/value.ts";
import type { Decoded } from "../isa/decoder.ts";
import { floatRegistersOffset, integerRegistersOffset } from "../isa/hart-layout.ts";
import { rowFacts } from "./row-facts.ts";

/** Registers that a set of instructions touches; float registers count from 32. */
export interface RegisterUse {
  readonly touched: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
}

const firstFloat = 32;

export function registerUse(instructions: Iterable<Decoded>): RegisterUse {
  const touched = new Set<number>();
  const written = new Set<number>();
  for (const { row, operands } of instructions) {
    for (const { field, isFloat } of rowFacts(row).registers) {
      const register = operands[field] + (isFloat ? firstFloat : 0);
      if (register === 0) continue;
      touched.add(register);
      if (field === "rd") written.add(register);
    }
  }
  return { touched, written };
}

export class RegionRegisters {
  readonly #f: FunctionBuilder;
  readonly #hart: I32;
  readonly #integer = new Map<number, Local<"i64">>();
  readonly #float = new Map<number, Local<"f64">>();

  constructor(f: FunctionBuilder, hart: I32) {
    this.#f = f;
    this.#hart = hart;
  }

  /** Not for x0. */
  x(register: number): Local<"i64"> {
    const local = this.#integer.get(register) ?? this.#f.local("i64");
    this.#integer.set(register, local);
    return local;
  }

  f(register: number): Local<"f64"> {
    const local = this.#float.get(register) ?? this.#f.local("f64");
    this.#float.set(register, local);
    return local;
  }

  load({ touched }: RegisterUse): void {
    for (const register of touched) {
      if (register < firstFloat) {
        this.x(register).set(i64.load(this.#hart, integerRegistersOffset + 8 * register));
      } else {
        const offset = floatRegistersOffset + 8 * (register - firstFloat);
        this.f(register - firstFloat).set(f64.load(this.#hart, offset));
      }
    }
  }

  store({ written }: RegisterUse): void {
    for (const register of written) {
      if (register < firstFloat) {
        this.#f.store(this.#hart, integerRegistersOffset + 8 * register, this.x(register));
      } else {
        const offset = floatRegistersOffset + 8 * (register - firstFloat);
        this.#f.store(this.#hart, offset, this.f(register - firstFloat));
      }
    }
  }
}
