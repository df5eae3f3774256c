/**
 * What an instruction does to the flow of control, found out by executing its row on a builder that
 * nobody reads: rows say what they do once, and the translator asks them.
 */
import { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { i32, i64 } from "../base/wasm/value.ts";
import { type Decoded, decode } from "../isa/decoder.ts";
import { RegionOperands } from "./region-operands.ts";
import { RegionRegisters } from "./region-registers.ts";
import { RegionSemantics } from "./region-semantics.ts";

export type InstructionEffect =
  /** Goes on behind itself. */
  | "plain"
  /** Goes on behind itself or at `pc + imm`. */
  | "branch"
  /** Goes on at `pc + imm`. */
  | "jump"
  /** Goes on at a computed address. */
  | "indirect"
  /** Goes on behind itself, sometimes with another translation context. */
  | "pause"
  /** Goes on elsewhere with another translation context. */
  | "away"
  /** Always one for `step`. */
  | "leave";

/** An instruction and what it does to the flow of control. */
export interface FlowInstruction {
  /** Of a compressed instruction the low half only. */
  readonly bits: number;
  readonly decoded: Decoded;
  readonly effect: InstructionEffect;
}

const known = new Map<string, InstructionEffect>();
const knownBits = new Map<number, FlowInstruction>();
/** Programs use a few thousand encodings; hostile ones do not make the map grow without end. */
const mostKnownBits = 65_536;

/** @param bits as `decode` takes them; of a compressed instruction the low half only */
export function readBits(bits: number): FlowInstruction | undefined {
  const found = knownBits.get(bits);
  if (found) return found;
  const decoded = decode(bits);
  if (!decoded) return undefined;
  if (knownBits.size === mostKnownBits) knownBits.clear();
  const instruction = { bits, decoded, effect: effectOf(decoded) };
  knownBits.set(bits, instruction);
  return instruction;
}

function effectOf(decoded: Decoded): InstructionEffect {
  const { row, operands } = decoded;
  // Nothing else in an encoding decides whether an instruction is inlined: x0 writes no CSR.
  const key = `${row.mnemonic} ${operands.csr} ${operands.rm} ${operands.rs1 === 0}`;
  const found = known.get(key) ?? probe(decoded);
  known.set(key, found);
  return found;
}

function probe(decoded: Decoded): InstructionEffect {
  let effect: InstructionEffect = "plain";
  const f = new FunctionBuilder(["i32", "i32", "i64"]);
  const hart = f.local("i32");
  const registers = new RegionRegisters(f, hart);
  const becomes = (next: InstructionEffect) => () => {
    if (effect !== "leave") effect = next;
  };
  const semantics = new RegionSemantics(
    {
      ...{ f, hart, dataTlb: f.local("i32"), generation: f.local("i64") },
      float: {
        ...{ readable: f.local("i32"), on: f.local("i32") },
        ...{ nearest: f.local("i32"), fast: f.local("i32") },
        refresh: () => undefined,
      },
      budget: () => i32.const(0),
      ...{ goTo: becomes("away"), goBehind: becomes("pause") },
      leave: becomes("leave"),
      leaveUnless: (condition) => {
        if (condition.constant === 0n) effect = "leave";
      },
      branchIf: becomes("branch"),
      jump: becomes("jump"),
      jumpTo: becomes("indirect"),
      ...{ pc: i64.const(0), next: i64.const(decoded.bytes) },
    },
    new RegionOperands(f, registers, decoded),
  );
  decoded.row.execute(semantics);
  return effect;
}

/** Whether an instruction writes a return address (unprivileged manual, 2.5.1: x1 and x5). */
export function isCall({ row, operands }: Decoded): boolean {
  const links = operands.rd === 1 || operands.rd === 5;
  return links && (row.mnemonic === "jal" || row.mnemonic === "jalr");
}
