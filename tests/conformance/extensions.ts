import { aliasTable, compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";

/** An extension and the rows of the instruction table that are its own. */
export interface Extension {
  readonly name: string;
  readonly mnemonics: readonly string[];
}

/** In the order of asking: an instruction belongs to the first that takes it. */
const owners: readonly (readonly [name: string, mnemonics: RegExp])[] = [
  ["Zifencei", /^fence\.i$/],
  ["Zicsr", /^csrr/],
  ["Privileged", /^([ms]ret|wfi|sfence\.vma)$/],
  ["Svinval", /^(sinval\.vma|sfence\.(w\.inval|inval\.ir))$/],
  ["Zawrs", /^wrs\./],
  ["Zcmop", /^c\.mop\./],
  ["Zimop", /^mop\.r/],
  ["Zacas", /^amocas\./],
  ["Zaamo", /^amo/],
  ["Zalrsc", /^(lr|sc)\./],
  ["Zicboz", /^cbo\.zero$/],
  ["Zicbom", /^cbo\./],
  ["Zicbop", /^prefetch\./],
  ["Zihintpause", /^pause$/],
  ["Zicond", /^czero\./],
  ["Zcb", /^c\.(lbu|lhu?|sb|sh|[sz]ext\..*|not|mul)$/],
  ["Zcd", /^c\.f/],
  ["Zca", /^c\./],
  ["Zfa", /^(fli|f(min|max)m|fround(nx)?|fl[et]q|fcvtmod)\./],
  ["Zfh", /^(f.*\.h(\.\w+)?|f[ls]h)$/],
  ["D", /^(f.*\.d(\.\w+)?|f[ls]d)$/],
  ["F", /^(f.*\.s(\.\w+)?|f[ls]w|fmv\.[xw]\.[wx])$/],
  ["M", /^(mul|div|rem)/],
  ["Zba", /^(add\.uw|sh\dadd(\.uw)?|slli\.uw)$/],
  ["Zbb", /^(andn|orn|xnor|c[lt]zw?|cpopw?|(max|min)u?|[sz]ext\.\w|ro[lr]i?w?|orc\.b|rev8)$/],
  ["Zbc, Zbkc", /^clmul/],
  ["Zbs", /^b(clr|ext|inv|set)i?$/],
  ["Zbkb", /^(pack[hw]?|brev8)$/],
  ["Zbkx", /^xperm/],
  ["I", /^(lui|auipc|jalr?|b(eq|ne|ltu?|geu?)|l[bhw]u?|ld|s[bhwd]|fence|ecall|ebreak)$/],
  ["I", /^(add|sub|sll|srl|sra|slt|sltu|xor|or|and|slti|sltiu|xori|ori|andi|addi)$/],
  ["I", /^(slli|srli|srai|addiw|(sll|srl|sra)i?w|addw|subw)$/],
];

/** The order in which the table is read: the base first, then as in `implementedExtensions`. */
const order = ["I", "M", "Zaamo", "Zalrsc", "F", "D", "Zca", "Zcd", "Zicsr", "Zifencei"];

/** @throws Error for an instruction that no extension takes */
export function extensionOf(mnemonic: string): string {
  const owner = owners.find(([, mnemonics]) => mnemonics.test(mnemonic));
  if (!owner) throw new Error(`no extension takes ${mnemonic}`);
  return owner[0];
}

/** Every extension that has instructions, with the names that are only for assembly text, too. */
export function extensions(): readonly Extension[] {
  const found = new Map<string, string[]>(order.map((name) => [name, []]));
  for (const { mnemonic } of [...instructionTable, ...compressedTable, ...aliasTable]) {
    if (/^mop\.rr?\.\d/.test(mnemonic)) continue;
    const name = extensionOf(mnemonic);
    found.set(name, [...(found.get(name) ?? []), mnemonic]);
  }
  return [...found].map(([name, mnemonics]) => ({ name, mnemonics }));
}
