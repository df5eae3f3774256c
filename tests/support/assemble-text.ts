/**
 * The inverse of `disassemble`: bits from assembly text, read by the templates of the instruction
 * table. Fields that a template does not show are zero.
 *
 *     assembleText("c.addi a0, 1", 0n) === 0x0505
 */
import { csrName } from "../../workers/vmm/isa/csr-names.ts";
import {
  floatConstantNames,
  floatNames,
  integerNames,
  roundingModes,
} from "../../workers/vmm/isa/operand-names.ts";
import { noOperands, type Operands, putTogether } from "../../workers/vmm/isa/pattern.ts";
import { aliasTable, compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";

interface Reader {
  readonly pattern: (typeof instructionTable)[number]["pattern"];
  readonly text: RegExp;
  /** Names of the template's operands, in the order of the expression's groups. */
  readonly names: readonly string[];
}

const csrNumbers = new Map(
  Array.from({ length: 4096 }, (_, number) => [csrName(number), number] as const),
);

const readers = new Map<string, Reader>(
  [...instructionTable, ...compressedTable, ...aliasTable].map(
    ({ mnemonic, pattern, assembly }) => {
      const names: string[] = [];
      const text = assembly
        .replace(/[()]/g, "\\$&")
        .replace(/\{([a-z0-9]+)(?::f)?\}/g, (_, name: string) => {
          names.push(name);
          return name === "rm" ? "(?:, (\\w+))?" : "([-+.\\w]+)";
        });
      return [mnemonic, { pattern, names, text: new RegExp(`^${text}$`) }];
    },
  ),
);

/**
 * @param pc address of the instruction, for branch targets
 * @throws Error for what is no instruction of the table
 */
export function assembleText(text: string, pc: bigint): number {
  const space = text.indexOf(" ");
  const word = space < 0 ? text : text.slice(0, space);
  const rest = space < 0 ? "" : text.slice(space + 1);
  const [, stem = word, ordering = ""] = /^(.*)\.(aqrl|aq|rl)$/.exec(word) ?? [];
  const reader = readers.get(stem);
  const found = reader?.text.exec(rest);
  if (!reader || !found) throw new Error(`no instruction reads ${text}`);
  const operands = noOperands();
  if (ordering.includes("aq")) operands.aq = 1;
  if (ordering.includes("rl")) operands.rl = 1;
  reader.names.forEach((name, i) => {
    readOperand(name, found[i + 1] ?? "dyn", operands, pc);
  });
  return putTogether(reader.pattern, operands);
}

function readOperand(name: string, text: string, operands: Operands, pc: bigint): void {
  switch (name) {
    case "rd":
    case "rs1":
    case "rs2":
    case "rs3":
      operands[name] = (/^f([tas])\d/.test(text) ? floatNames : integerNames).indexOf(text);
      break;
    case "imm":
      operands.imm = Number(text);
      break;
    case "upper":
      operands.imm = Number(text) << 12;
      break;
    case "target":
      operands.imm = Number(BigInt.asIntN(32, BigInt(text) - pc));
      break;
    case "csr":
      operands.csr = csrNumbers.get(text) ?? Number(text);
      break;
    case "constant":
      operands.rs1 = floatConstantNames.indexOf(text);
      break;
    case "zimm":
      operands.rs1 = Number(text);
      break;
    case "rm":
      operands.rm = roundingModes.indexOf(text);
      break;
    case "pred":
    case "succ":
      operands[name] = [..."iorw"].reduce((set, c, i) => set | (text.includes(c) ? 8 >> i : 0), 0);
      break;
    default:
      throw new Error(`no operand is named ${name}`);
  }
}
