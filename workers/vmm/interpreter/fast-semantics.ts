import type { I32, I64 } from "../base/wasm/value.ts";
import { InlineSemantics } from "../hart/inline/inline-semantics.ts";
import type { InstructionRow } from "../isa/row.ts";
import { codePageBytes } from "../memory/layout.ts";
import { RecordOperands } from "./operands.ts";
import { recordScale } from "./record.ts";
import type { RunState } from "./run-state.ts";

const scaleLog2 = Math.log2(recordScale);

/** Inlined instructions of the `run` loop: the program counter is the record's address. */
export class FastSemantics extends InlineSemantics {
  readonly #run: RunState;
  readonly #record: RecordOperands;

  constructor(state: RunState, row: InstructionRow) {
    const operands = new RecordOperands(state.f, state.hart, state.record, row);
    super(state, operands);
    this.#run = state;
    this.#record = operands;
  }

  get pc(): I64 {
    return addressOf(this.#run, this.#run.record);
  }
  get next(): I64 {
    return addressOf(this.#run, this.#run.record.add(this.#run.length));
  }

  jump(): void {
    const { f, record, page, bias, pc, dispatch, resolve } = this.#run;
    const target = f.let(record.add(this.#record.imm32));
    f.if(target.sub(page).ltU(codePageBytes), () => {
      record.set(target);
      f.branch(dispatch);
    });
    // The target's record address would lie in no page: it only measures the distance.
    const distance = target.sub(record).shrS(scaleLog2).extendS();
    pc.set(bias.add(record.shrU(scaleLog2).extendU()).add(distance));
    f.branch(resolve);
  }

  jumpTo(target: I64): void {
    this.#run.pc.set(target.and(-2));
    this.f.branch(this.#run.resolve);
  }
}

function addressOf({ bias }: RunState, record: I32): I64 {
  return bias.add(record.shrU(scaleLog2).extendU());
}
