/** The harts' registers at the moment before the first instruction. */
import type { Hart } from "../hart/hart.ts";
import { environment, machine, supervisor, supervisorInterrupts } from "../hart/privilege.ts";
import type { BootPlan } from "./plan-boot.ts";

/** Everything that can be delegated; S-mode calls (bit 9) are the monitor's hypercalls. */
const delegatedToSupervisor = 0xb1ffn;
const allCounters = 0xffff_ffffn;
/** Of `menvcfg`: cache-block instructions and page-based memory types, as the device tree says. */
const { cbie, cbcfe, cbze, pbmte } = environment;
const supervisorEnvironment = cbie | cbcfe | cbze | pbmte;
const supervisorTimer = environment.stce;
/** An entry of physical memory protection over everything: NAPOT with R, W and X. */
const everyAddress = (1n << 54n) - 1n;
const readWriteExecuteRange = 0x1fn;
/** The three counters that OpenSBI leaves readable in user mode. */
const cycleTimeInstret = 0b111n;

/**
 * In M-mode all harts leave reset at the same place. Under the monitor's SBI only the boot hart
 * does; the others are stopped, and `SbiHart.start` says where they begin.
 */
export function resetHarts(harts: readonly Hart[], plan: BootPlan): void {
  for (const hart of harts) {
    hart.setNumber("pc", plan.startPc);
    hart.setX(10, hart.id, 0);
    hart.setX(11, plan.a1 >>> 0, 0);
    if (plan.startMode === "machine") {
      hart.set("privilege", machine);
      continue;
    }
    hart.set("privilege", supervisor);
    hart.setWide("medeleg", delegatedToSupervisor);
    hart.setWide("mideleg", supervisorInterrupts);
    hart.setWide("mcounteren", allCounters);
    hart.setWide("menvcfg", hart.wide("menvcfg") | supervisorEnvironment | supervisorTimer);
    // No M-mode program opens physical memory to the modes below, as a firmware would.
    hart.setWide("pmpaddr0", everyAddress);
    hart.setWide("pmpcfg0", readWriteExecuteRange);
    // Linux without an SBI PMU relies on its firmware for this; its vDSO reads `time` in U-mode.
    hart.setWide("scounteren", cycleTimeInstret);
  }
}
