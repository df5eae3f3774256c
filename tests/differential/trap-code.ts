/**
 * What trap handlers of all images do: note the trap in the record, with a digest of all integer
 * registers at each trap, so that the state is compared there and not only at the end.
 *
 * The scratch CSR holds the record's address; the words in front of the record keep `t0` to `t2`.
 */
import type { Assembler } from "./assembler.ts";
import { x } from "./registers.ts";

interface TrapCsrs {
  readonly scratch: number;
  readonly cause: number;
  readonly tval: number;
  readonly epc: number;
  readonly status: number;
}

const breakpoint = 3;
/** Cause, trap value, program counter, status. */
const slotBytes = 32;

interface TrapCodeOptions {
  /** In front of all labels. */
  readonly name: string;
  readonly csrs: TrapCsrs;
  /** Distance from the record at which `t0` is kept, in front of the others. */
  readonly savedAt: number;
  /** Word offsets in the record. */
  readonly words: { readonly trapCount: number; readonly digest: number; readonly traps: number };
  /** Traps that the record has room for; later ones take the places of the first. */
  readonly slots: number;
}

export class TrapCode {
  readonly #a: Assembler;
  readonly #options: TrapCodeOptions;

  constructor(a: Assembler, options: TrapCodeOptions) {
    this.#a = a;
    this.#options = options;
  }

  /** Leaves the record in `t6`, the cause in `t0`, the trap's number in `t1` and the next in `t2`. */
  emitEntry(): void {
    const a = this.#a;
    const { csrs, name, words } = this.#options;
    a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csrs.scratch });
    for (const [register, imm] of this.#saved()) a.emit("sd", { rs1: x.t6, rs2: register, imm });
    a.emit("csrrs", { rd: x.t0, csr: csrs.cause });
    // Known deviation "breakpoint-value".
    a.emit("addi", { rd: x.t1, imm: breakpoint });
    a.transfer("bne", { rs1: x.t0, rs2: x.t1 }, `${name}.count`);
    a.emit("csrrw", { csr: csrs.tval });
    a.label(`${name}.count`);
    a.emit("ld", { rd: x.t1, rs1: x.t6, imm: 8 * words.trapCount });
    a.emit("addi", { rd: x.t2, rs1: x.t1, imm: 1 });
    a.emit("sd", { rs1: x.t6, rs2: x.t2, imm: 8 * words.trapCount });
  }

  /** Keeps `t0` and `t6`. */
  emitLog(): void {
    const a = this.#a;
    const { csrs, slots, words } = this.#options;
    const traps = 8 * words.traps;
    a.emit("addi", { rd: x.t2, imm: slots });
    a.emit("remu", { rd: x.t1, rs1: x.t1, rs2: x.t2 });
    a.emit("slli", { rd: x.t1, rs1: x.t1, imm: Math.log2(slotBytes) });
    a.emit("add", { rd: x.t1, rs1: x.t1, rs2: x.t6 });
    a.emit("sd", { rs1: x.t1, rs2: x.t0, imm: traps });
    [csrs.tval, csrs.epc, csrs.status].forEach((number, i) => {
      a.emit("csrrs", { rd: x.t2, csr: number });
      a.emit("sd", { rs1: x.t1, rs2: x.t2, imm: traps + 8 * (i + 1) });
    });
    this.#emitDigest();
  }

  /** Gives the registers back, all of them as they were when the trap was taken. */
  emitExit(): void {
    for (const [register, imm] of this.#saved()) {
      this.#a.emit("ld", { rd: register, rs1: x.t6, imm });
    }
    this.#a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: this.#options.csrs.scratch });
  }

  /** digest = 3 · digest + register, for one after another. */
  #emitDigest(): void {
    const a = this.#a;
    const digest = 8 * this.#options.words.digest;
    const saved = this.#saved();
    const triple = () => {
      a.emit("slli", { rd: x.t1, rs1: x.t2, imm: 1 });
      a.emit("add", { rd: x.t2, rs1: x.t2, rs2: x.t1 });
    };
    a.emit("ld", { rd: x.t2, rs1: x.t6, imm: digest });
    for (let register = 1; register < 31; register++) {
      const kept = saved.find(([own]) => own === register);
      triple();
      if (kept) a.emit("ld", { rd: x.t1, rs1: x.t6, imm: kept[1] });
      a.emit("add", { rd: x.t2, rs1: x.t2, rs2: kept ? x.t1 : register });
    }
    triple();
    a.emit("csrrs", { rd: x.t1, csr: this.#options.csrs.scratch });
    a.emit("add", { rd: x.t2, rs1: x.t2, rs2: x.t1 });
    a.emit("sd", { rs1: x.t6, rs2: x.t2, imm: digest });
  }

  #saved(): readonly (readonly [register: number, distance: number])[] {
    return [x.t0, x.t1, x.t2].map((register, i) => [register, this.#options.savedAt - 8 * i]);
  }
}
