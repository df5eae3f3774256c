/**
 * The registers of a hart as gdb wants them described: an XML document with the standard features
 * of RISC-V (gdb manual, G.5.12). Numbers are those of `debugRegisters`.
 */
import { type DebugPort, debugRegisters } from "../../vmm/mod.ts";
import { floatNames, integerNames } from "./register-names.ts";

/** What gdb looks for in the feature of floating point, though they are CSRs. */
const floatControl = new Set(["fflags", "frm", "fcsr"]);

export function targetDescription({ csrs }: Pick<DebugPort, "csrs">): string {
  const { x0, pc, f0, csr0, privilege } = debugRegisters;
  const csr = ({ name, number }: (typeof csrs)[number]) => register(name, csr0 + number, "int");
  return `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target>
<architecture>riscv:rv64</architecture>
${feature("cpu", [
  ...integerNames.map((name, index) => register(name, x0 + index, integerType(name))),
  register("pc", pc, "code_ptr"),
])}
${feature("fpu", [
  `<union id="riscv_double"><field name="float" type="ieee_single"/><field name="double" type="ieee_double"/></union>`,
  ...floatNames.map((name, index) => register(name, f0 + index, "riscv_double")),
  ...csrs.filter(({ name }) => floatControl.has(name)).map(csr),
])}
${feature("virtual", [register("priv", privilege, "int")])}
${feature("csr", csrs.filter(({ name }) => !floatControl.has(name)).map(csr))}
</target>
`;
}

function feature(name: string, lines: readonly string[]): string {
  return `<feature name="org.gnu.gdb.riscv.${name}">\n${lines.join("\n")}\n</feature>`;
}

function register(name: string, number: number, type: string): string {
  return `<reg name="${name}" bitsize="64" regnum="${number}" type="${type}"/>`;
}

function integerType(name: string): string {
  if (name === "ra") return "code_ptr";
  return name === "sp" || name === "gp" || name === "tp" ? "data_ptr" : "int";
}
