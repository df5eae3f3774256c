import { type DebugPort, debugRegisters } from "../../vmm/mod.ts";
import { floatNames, integerNames } from "./register-names.ts";

const perLine = 4;
/** Control and status registers that a kernel's author wants to see at a glance. */
const shownCsrs = [
  ...["mhartid", "mstatus", "mip", "mie", "mideleg", "medeleg", "mtvec", "stvec"],
  ...["mepc", "sepc", "mcause", "scause", "mtval", "stval", "mscratch", "sscratch", "satp"],
];

/** The registers of one hart, as `info registers` and `-d cpu` show them. */
export function showRegisters(debug: DebugPort, hart: number, withFloats = true): string {
  const value = (register: number) => hex(debug.readRegister(hart, register));
  const { x0, pc, f0, csr0, privilege } = debugRegisters;
  const csrs = shownCsrs.flatMap((name) => {
    const csr = debug.csrs.find((known) => known.name === name);
    return csr === undefined ? [] : ` ${name.padEnd(8)} ${value(csr0 + csr.number)}\n`;
  });
  const file = (names: readonly string[], letter: string, first: number) =>
    names
      .map((name, index) => {
        const words = ` ${`${letter}${index}/${name}`.padEnd(8)} ${value(first + index)}`;
        return index % perLine === perLine - 1 ? `${words}\n` : words;
      })
      .join("");
  return [
    ` pc       ${value(pc)}\n`,
    ` priv     ${value(privilege)}\n`,
    ...csrs,
    file(integerNames, "x", x0),
    ...(withFloats ? [file(floatNames, "f", f0)] : []),
  ].join("");
}

function hex(value: bigint | undefined): string {
  return value === undefined ? "-".repeat(16) : value.toString(16).padStart(16, "0");
}
