/**
 * Zicsr (unprivileged manual, chapter 6), the privileged instructions (privileged manual, 3.3 and
 * 4.2), Zawrs and Zimop.
 */
import { i32, i64 } from "../../base/wasm/value.ts";
import { type InstructionRow, instruction as row } from "../row.ts";

const csr = (mnemonic: string, funct3: string, update: "write" | "set" | "clear") => [
  row(mnemonic, `csr rs1 ${funct3} rd 1110011`, "{rd}, {csr}, {rs1}", (m) => {
    const writes = update === "write" ? i32.const(1) : m.rs1Number;
    const reads = update === "write" ? m.rdNumber : i32.const(1);
    m.accessCsr(update, m.rs1, reads, writes);
  }),
  row(`${mnemonic}i`, `csr rs1 1${funct3.slice(1)} rd 1110011`, "{rd}, {csr}, {zimm}", (m) => {
    const writes = update === "write" ? i32.const(1) : m.rs1Number;
    const reads = update === "write" ? m.rdNumber : i32.const(1);
    m.accessCsr(update, m.rs1Number.extendU(), reads, writes);
  }),
];

export const systemRows: readonly InstructionRow[] = [
  ...csr("csrrw", "001", "write"),
  ...csr("csrrs", "010", "set"),
  ...csr("csrrc", "011", "clear"),
  row("ecall", "000000000000 00000 000 00000 1110011", "", (m) => m.environmentCall()),
  row("ebreak", "000000000001 00000 000 00000 1110011", "", (m) => m.breakpoint()),
  row("sret", "000100000010 00000 000 00000 1110011", "", (m) => m.trapReturn("supervisor")),
  row("mret", "001100000010 00000 000 00000 1110011", "", (m) => m.trapReturn("machine")),
  row("wfi", "000100000101 00000 000 00000 1110011", "", (m) => m.waitForInterrupt()),
  row("sfence.vma", "0001001 rs2 rs1 000 00000 1110011", "{rs1}, {rs2}", (m) =>
    m.fenceAddressTranslation(),
  ),
  // Svinval splits the fence in three; here its middle part does all of the work.
  row("sinval.vma", "0001011 rs2 rs1 000 00000 1110011", "{rs1}, {rs2}", (m) =>
    m.fenceAddressTranslation(),
  ),
  row("sfence.w.inval", "0001100 00000 00000 000 00000 1110011", "", (m) => m.needSupervisor()),
  row("sfence.inval.ir", "0001100 00001 00000 000 00000 1110011", "", (m) => m.needSupervisor()),
  // Zawrs: a wait may end at any time for any reason, here when the hart's next turn comes.
  row("wrs.nto", "000000001101 00000 000 00000 1110011", "", (m) => m.endTurn()),
  row("wrs.sto", "000000011101 00000 000 00000 1110011", "", (m) => m.endTurn()),
  // Zimop: reserved for operations that write zero where a hart does not know them.
  row("mop.r", "1 uimm[4] 00 uimm[3:2] 0111 uimm[1:0] rs1 100 rd 1110011", "{rd}, {rs1}", (m) =>
    m.writeRd(i64.const(0)),
  ),
  row("mop.rr", "1 uimm[2] 00 uimm[1:0] 1 rs2 rs1 100 rd 1110011", "{rd}, {rs1}, {rs2}", (m) =>
    m.writeRd(i64.const(0)),
  ),
];
