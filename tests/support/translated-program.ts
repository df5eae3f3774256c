/**
 * A program of `codeShapes` or `privilegedShapes` on a bare hart, executed once by the interpreter, and then translated by
 * request: for tests that look at the region itself.
 */
import { compiler } from "../../workers/host/compiler.ts";
import { noRegion } from "../../workers/vmm/hart/region-entry.ts";
import { hartFields } from "../../workers/vmm/isa/hart-layout.ts";
import {
  codeMarksOffset,
  entryBytes,
  entryTableBase,
  pageBytes,
} from "../../workers/vmm/memory/layout.ts";
import type { HeatPolicy, WasmCompiler } from "../../workers/vmm/mod.ts";
import { assemble, type Line } from "./assembler.ts";
import { BareHart, ramBase } from "./bare-hart.ts";
import { shapeData } from "./code-shapes.ts";

/** Nothing gets hot by itself. */
const coldHeat: HeatPolicy = {
  ...{
    interval: 0x7fff_ffff,
    sampleMarks: 1,
    hotMarks: 0xffff,
    keptMarks: 0xffff,
    joinArrivals: 0x7fff_ffff,
    adaptExits: 0xffff,
  },
  fading: 1_000_000,
  patience: 0,
};
const ramBytes = 2 ** 20;
/** What programs write of the registers of traps. */
const traps = [
  ...(["mstatus", "mscratch", "stvec", "sscratch", "sepc", "scause", "stval"] as const),
];
const callFromUser = 1n << 8n;
const mostSteps = 10_000;

export interface ProgramState {
  readonly registers: Record<string, string>;
  readonly data: Uint8Array;
}

export class TranslatedProgram {
  readonly h: BareHart;
  /** Steps from the program's start to its `wfi`. */
  readonly steps: number;
  /** The WebAssembly of each region, in the order in which they were made. */
  readonly modules: Uint8Array[] = [];
  readonly #regions: ((hart: number, entry: number) => number)[] = [];

  readonly #privilege: number;

  constructor(lines: readonly Line[], heat: HeatPolicy = coldHeat, privilege = 3) {
    this.#privilege = privilege;
    const recording: WasmCompiler = {
      ...compiler,
      compile: (code) => {
        this.modules.push(code);
        return compiler.compile(code);
      },
      instantiate: (code, imports) => {
        const exports = compiler.instantiate(code, imports);
        this.#regions.push(exports["0"] as (hart: number, entry: number) => number);
        return exports;
      },
    };
    this.h = new BareHart(ramBytes, { heat, compiler: recording });
    this.h.load(lines);
    const endBits = 0x1050_0073;
    const code = assemble(ramBase, lines);
    const end = new DataView(code.buffer);
    this.reset();
    let steps = 0;
    const atEnd = () => {
      const offset = Number(this.h.pc) - ramBase;
      return offset + 4 <= code.length && end.getUint32(offset, true) === endBits;
    };
    this.h.hart.set("translates", 0);
    for (; !atEnd() && steps < mostSteps; steps++) this.h.run(1);
    this.h.hart.set("translates", 1);
    if (!atEnd()) throw new Error(`the program has not ended after ${steps} steps`);
    this.steps = steps;
  }

  /** As it was before the first instruction, but that what was decoded and translated stays. */
  reset(): void {
    for (let i = 1; i < 32; i++) this.h.setX(i, 0n);
    const { memory, hart, ram } = this.h;
    const floats = hart.address + 33 * 8;
    memory.bytes.fill(0, floats, floats + 32 * 8);
    for (const field of ["fflags", "frm"] as const) hart.set(field, 0);
    for (const field of traps) hart.setWide(field, 0n);
    hart.setWide("medeleg", callFromUser);
    hart.set("privilege", this.#privilege);
    hart.setWide("reservedAddress", -1n);
    hart.setWide("reservedValue", 0n);
    hart.setWide("exceptions", 0n);
    ram.write(shapeData, new Uint8Array(pageBytes));
    this.h.setX(8, BigInt(shapeData));
    this.h.pc = BigInt(ramBase);
  }

  translateHere(): void {
    const page = this.#records();
    const mark = codeMarksOffset + (Number(this.h.pc) % pageBytes);
    if (page !== 0) this.h.memory.setHalfword(page + mark, coldHeat.hotMarks);
    this.h.translator?.request(this.h.hart.address, noRegion);
  }

  /** Calls the newest region at the hart's `pc`. @returns false where no entry stands there */
  enter(budget: number): boolean {
    const { hart, memory, code, pc } = { ...this.h, pc: Number(this.h.pc) };
    const page = this.#records();
    const number = page === 0 ? undefined : code.entries.entryAt(page, pc % pageBytes);
    if (number === undefined) return false;
    const entry = entryTableBase + number * entryBytes;
    memory.setWord(hart.address + hartFields.budget.offset, budget);
    this.#regions.at(-1)?.(hart.address, entry);
    // As `execute` does where a region asks for it.
    this.h.engine.selectContext(hart.address);
    return true;
  }

  /** Address of the records of the page that `pc` is in; 0 where it has none. */
  #records(): number {
    return this.h.recordsAt(Number(this.h.pc));
  }

  state(): ProgramState {
    const data = new Uint8Array(pageBytes);
    this.h.ram.read(shapeData, data);
    return { registers: this.h.hart.architecturalState(), data };
  }

  /** The states before each step of a run by exact steps. */
  exactStates(): ProgramState[] {
    this.reset();
    const states = [this.state()];
    for (let i = 0; i < this.steps; i++) {
      this.h.step();
      states.push(this.state());
    }
    return states;
  }
}
