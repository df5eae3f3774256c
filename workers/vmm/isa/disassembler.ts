/** Assembly text from the table's own templates, in the notation of GNU as. */
import { csrName } from "./csr-names.ts";
import { decode } from "./decoder.ts";
import { floatConstantNames, floatNames, integerNames, roundingModes } from "./operand-names.ts";
import { matches, type Operands, takeApart } from "./pattern.ts";
import { aliasTable } from "./table.ts";

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
