import type { MachineState } from "../../vmm/mod.ts";

/** The pages that a machine has executed, and is likely to execute again. */
export function executedPages({ code }: MachineState): number[] {
  return code.map(({ page }) => page);
}
