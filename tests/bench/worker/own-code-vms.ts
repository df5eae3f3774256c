import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { asm, assemble, loadConstant } from "../../support/assembler.ts";
import { powerOffAndStay } from "../../support/power-off-and-stay.ts";
import { bareMetal } from "../../support/run-guest.ts";
import { type ShortVms, vmsInTurn } from "./vms-in-turn.ts";

/** Long enough for the loop to be translated. */
const turns = 200_000;
/** Values of an immediate that are not negative. */
const immediates = 2048;

/** A hot loop that no other number's guest has, and power-off. */
function guestOf(number: number): Uint8Array {
  return assemble(0x8000_0000, [
    ...loadConstant(5, turns),
    "turn",
    asm("addi", { rd: 10, rs1: 10, imm: number % immediates }),
    asm("xori", { rd: 11, rs1: 10, imm: Math.floor(number / immediates) }),
    asm("mul", { rd: 12, rs1: 11, rs2: 10 }),
    asm("add", { rd: 10, rs1: 10, rs2: 12 }),
    asm("addi", { rd: 5, rs1: 5, imm: -1 }),
    asm("bne", { rs1: 5, to: "turn" }),
    ...powerOffAndStay,
  ]);
}

/**
 * 6,000 VMs one after another in one monitor, each with code of its own that is translated: nothing of it is
 * of use to the next one.
 *
 * @throws Error when one of them does not end well, or is not translated
 */
export async function ownCodeVms(): Promise<ShortVms> {
  const monitor = Monitor.create({ compiler });
  const resources = { disks: new Map(), console: { write: () => undefined } };
  return vmsInTurn([100, 1000, 3000, 6000], (number) => {
    const machine = monitor.createMachine(bareMetal(guestOf(number)), resources);
    const stop = machine.run(100 * turns);
    machine.dispose();
    if (monitor.translations.modules < number) throw new Error(`VM ${number} was not translated`);
    return stop;
  });
}
