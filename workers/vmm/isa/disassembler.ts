/** Assembly text from the table's own templates, in the notation of GNU as. */
import { csrName } from "./csr-names.ts";
import { decode } from "./decoder.ts";
import { matches, type Operands, takeApart } from "./pattern.ts";
import { aliasTable } from "./table.ts";

const integerNames = [
  ...["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"],
  ...["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"],
  ...["s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"],
];
const floatNames = [
  ...["ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1"],
  ...["fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7"],
  ...["fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11"],
  ...["ft8", "ft9", "ft10", "ft11"],
];
const roundingModes = ["rne", "rtz", "rdn", "rup", "rmm", "unknown", "unknown", "dyn"];

/** The operands of `fli`. */
const floatConstantNames = [
  ...["-1", "min", "1.52587890625e-05", "3.0517578125e-05", "0.00390625", "0.0078125", "0.0625"],
  ...["0.125", "0.25", "0.3125", "0.375", "0.4375", "0.5", "0.625", "0.75", "0.875", "1", "1.25"],
  ...["1.5", "1.75", "2", "2.5", "3", "4", "8", "16", "128", "256", "32768", "65536", "inf", "nan"],
];

/**
 * @param bits 32 instruction bits (the low 16 count where they begin a compressed instruction)
 * @param pc address of the instruction, for branch targets
 */
export function disassemble(bits: number, pc: bigint): string {
  const decoded = decode(bits);
  if (!decoded)
    return (bits & 3) === 3 ? `.4byte ${hex(bits >>> 0)}` : `.2byte ${hex(bits & 0xffff)}`;
  const alias = decoded.bytes === 4 && aliasTable.find(({ pattern }) => matches(pattern, bits));
  const { mnemonic, assembly } = alias || (decoded.compressed ?? decoded.row);
  const operands = alias ? takeApart(alias.pattern, bits) : decoded.operands;
  const text = assembly.replace(/\{([a-z0-9]+)(:f)?\}/g, (_, name: string, float?: string) =>
    operandText(name, operands, float !== undefined, pc),
  );
  const name = mnemonic + orderingSuffix(operands);
  return text ? `${name} ${text}` : name;
}

/** What atomics say about the order of other accesses; nothing else has these operands. */
function orderingSuffix({ aq, rl }: Operands): string {
  const suffix = `${aq ? "aq" : ""}${rl ? "rl" : ""}`;
  return suffix && `.${suffix}`;
}

function operandText(name: string, o: Operands, float: boolean, pc: bigint): string {
  const registers = float ? floatNames : integerNames;
  switch (name) {
    case "rd":
    case "rs1":
    case "rs2":
    case "rs3":
      return registers[o[name]] as string;
    case "imm":
      return String(o.imm);
    case "upper":
      return hex((o.imm >>> 12) & 0xfffff);
    case "target":
      return hex(BigInt.asUintN(64, pc + BigInt(o.imm)));
    case "csr":
      return csrName(o.csr) ?? hex(o.csr);
    case "constant":
      return floatConstantNames[o.rs1] as string;
    case "zimm":
      return String(o.rs1);
    case "rm":
      return o.rm === 7 ? "" : `, ${roundingModes[o.rm]}`;
    case "pred":
    case "succ":
      return [..."iorw"].filter((_, i) => o[name] & (8 >> i)).join("") || "0";
    default:
      throw new Error(`no operand is named ${name}`);
  }
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
