/** Registers of harts for a debugger, by the numbers of `debugRegisters`. */
import { csrUpdate } from "../hart/csr-access.ts";
import type { Hart } from "../hart/hart.ts";
import { machine } from "../hart/privilege.ts";
import type { Engine } from "../interpreter/engine.ts";
import { floatRegistersOffset } from "../isa/hart-layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { debugRegisters } from "./debug-port.ts";

const csrFields = new Map([
  [1, ["fflags", 31]],
  [2, ["frm", 7]],
] as const);

export class DebugRegisters {
  readonly #harts: readonly Hart[];
  readonly #memory: MachineMemory;
  readonly #engine: Engine;

  constructor(harts: readonly Hart[], memory: MachineMemory, engine: Engine) {
    this.#harts = harts;
    this.#memory = memory;
    this.#engine = engine;
  }

  read(index: number, register: number): bigint | undefined {
    const hart = this.#harts[index];
    if (hart === undefined) return undefined;
    const { x0, pc, f0, csr0, privilege } = debugRegisters;
    if (register < pc) {
      const number = register - x0;
      return (BigInt(hart.xHigh(number)) << 32n) | BigInt(hart.x(number));
    }
    if (register === pc) return hart.wide("pc");
    if (register < csr0) return this.#memory.wide(floatAddress(hart, register - f0));
    if (register === privilege) return BigInt(hart.get("privilege"));
    return register < privilege ? this.#readCsr(hart, register - csr0) : undefined;
  }

  write(index: number, register: number, value: bigint): boolean {
    const hart = this.#harts[index];
    if (hart === undefined) return false;
    const { x0, pc, f0, csr0, privilege } = debugRegisters;
    if (register < pc) {
      const bits = BigInt.asUintN(64, value);
      hart.setX(register - x0, Number(bits & 0xffff_ffffn), Number(bits >> 32n));
      return true;
    }
    if (register === pc) {
      hart.setWide("pc", value & -2n);
      return true;
    }
    if (register < csr0) {
      this.#memory.setWide(floatAddress(hart, register - f0), value);
      return true;
    }
    if (register === privilege) {
      if (value !== 0n && value !== 1n && value !== 3n) return false;
      hart.set("privilege", Number(value));
      this.#engine.selectContext(hart.address);
      return true;
    }
    return register < privilege && this.#writeCsr(hart, register - csr0, value);
  }

  #readCsr(hart: Hart, number: number): bigint | undefined {
    const field = csrFields.get(number as 1 | 2);
    if (field !== undefined) return BigInt(hart.get(field[0]));
    if (number === 3) return BigInt((hart.get("frm") << 5) | hart.get("fflags"));
    return this.#accessCsr(hart, number, 0n, 1, 0);
  }

  #writeCsr(hart: Hart, number: number, value: bigint): boolean {
    const field = csrFields.get(number as 1 | 2);
    if (field !== undefined) {
      hart.set(field[0], Number(value & BigInt(field[1])));
      return true;
    }
    if (number === 3) {
      hart.set("fflags", Number(value & 31n));
      hart.set("frm", Number((value >> 5n) & 7n));
      return true;
    }
    return this.#accessCsr(hart, number, BigInt.asIntN(64, value), 0, 1) !== undefined;
  }

  /** By the harts' own access function, as if in machine mode. */
  #accessCsr(
    hart: Hart,
    number: number,
    operand: bigint,
    reads: 0 | 1,
    writes: 0 | 1,
  ): bigint | undefined {
    const engine = this.#engine;
    const privilege = hart.get("privilege");
    // Counters leave out the instruction that reads them, which here is none.
    const steps = hart.wide("stepsEnd");
    hart.set("privilege", machine);
    hart.setWide("stepsEnd", steps + 1n);
    const write = csrUpdate.write;
    const value = engine.accessCsr(hart.address, number, write, operand, reads, writes);
    const isRefused = engine.isCsrRefused() !== 0;
    hart.setWide("stepsEnd", steps);
    hart.set("privilege", privilege);
    engine.selectContext(hart.address);
    return isRefused ? undefined : BigInt.asUintN(64, value);
  }
}

function floatAddress(hart: Hart, number: number): number {
  return hart.address + floatRegistersOffset + number * 8;
}
