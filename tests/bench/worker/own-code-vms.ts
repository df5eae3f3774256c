import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { asm, assemble, loadConstant } from "../../support/assembler.ts";
import { bareMetal } from "../../support/run-guest.ts";
import { residentAtRest } from "./resident-at-rest.ts";
import type { ShortVms } from "./short-vms.ts";

const vms = 6000;
const marks = [100, 1000, 3000, vms];
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
    ...loadConstant(5, 0x10_0000),
    ...loadConstant(6, 0x5555),
    asm("sw", { rs1: 5, rs2: 6 }),
    "stop",
    asm("jal", { to: "stop" }),
  ]);
}

/**
 * VMs one after another in one monitor, each with code of its own that is translated: nothing of it is
 * of use to the next one.
 *
 * @throws Error when one of them does not end well, or is not translated
 */
export async function ownCodeVms(): Promise<ShortVms> {
  const monitor = Monitor.create({ compiler });
  const resources = { disks: new Map(), console: { write: () => undefined } };
  const resident: Record<string, number> = {};
  let seconds = 0;
  for (let count = 1; count <= vms; count++) {
    const began = performance.now();
    const machine = monitor.createMachine(bareMetal(guestOf(count)), resources);
    const stop = machine.run(100 * turns);
    machine.dispose();
    seconds += (performance.now() - began) / 1000;
    if (stop.kind !== "power-off" || monitor.translations.modules < count) {
      throw new Error(`VM ${count}: ${JSON.stringify({ stop, ...monitor.translations })}`);
    }
    if (marks.includes(count)) resident[String(count)] = await residentAtRest();
  }
  return { vms, seconds, residentMebibytes: resident };
}
