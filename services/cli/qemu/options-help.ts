import type { Option } from "./option.ts";
import { options } from "./options.ts";

const column = 30;

/** The text of `trapline qemu -help`. */
export function optionsHelp(): string {
  return `usage: trapline qemu [options]

Runs one RISC-V virtual machine in this terminal, with the options of qemu-system-riscv64.

Options of QEMU:
${options
  .filter(({ isOwn }) => !isOwn)
  .map(line)
  .join("")}
Trapline's own:
${options
  .filter(({ isOwn }) => isOwn)
  .map(line)
  .join("")}
Keys, with -serial mon:stdio: Ctrl-A X ends, Ctrl-A C is the monitor, Ctrl-A H helps,
Ctrl-A Ctrl-A sends Ctrl-A.
Exit status: the guest's own (0 when it powers off), 1 for options, images or disks that
cannot be used, 123 for a failed --script, 124 for used up --max-instructions, 125 for a
guest that nothing can wake.
`;
}

/** The name stands at the line's begin: Makefiles look there for what QEMU can do (`grep '^-gdb'`). */
function line({ names, value, summary, isOwn }: Option): string {
  const spelled = names.map((name) => `${isOwn ? "--" : "-"}${name}`).join(", ");
  const head = value === undefined ? spelled : `${spelled} ${value}`;
  return head.length < column - 3
    ? `${head.padEnd(column)}${summary}\n`
    : `${head}\n${" ".repeat(column)}${summary}\n`;
}
