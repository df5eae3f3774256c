import { ramBase } from "../base/memory-map.ts";
import { codePageNumbers } from "../interpreter/code-cache.ts";
import { pageBytes } from "../memory/layout.ts";
import { tlbPageNumbers } from "../mmu/saved-tlb.ts";
import type { MachineState } from "./machine-state.ts";

/** Numbers of pages that a saved machine will want, one kind after the other. */
export interface NeededPages {
  /** It begins with them: what its TLBs lead to, the boot ROM, and what `restoreMachine` touches. */
  readonly first: ReadonlySet<number>;
  /** What it has executed: the most likely ones behind those. */
  readonly next: ReadonlySet<number>;
}

/**
 * Which pages of a machine are wanted before the others, so that it can run before these have come. A
 * guess about time, never about what is right: whatever is not there is asked for.
 */
export function neededPages({ hardware, tlbs, code }: MachineState): NeededPages {
  const first = new Set(tlbs.flatMap(tlbPageNumbers));
  first.add(Math.floor(hardware.ramBytes / pageBytes));
  // The page of `tohost` is pinned when the machine is made, and nobody could bring it then.
  if (hardware.htif) first.add(Math.floor((hardware.htif.tohost - ramBase) / pageBytes));
  return { first, next: new Set(codePageNumbers(code)) };
}
