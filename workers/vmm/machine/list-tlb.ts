/** What a hart's software TLB holds, for a monitor console. */
import type { Hart } from "../hart/hart.ts";
import { hartStateBytes } from "../isa/hart-layout.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { tlbEntries, tlbEntryBytes, tlbSpaces } from "../mmu/tlb.ts";
import { tlbTables } from "../mmu/tlb-tables.ts";
import type { CachedTranslation } from "./debug-port.ts";

const inPage = BigInt(pageBytes - 1);

/** What holds for the present address space; others may be kept for their return. */
export function* listTlb(hart: Hart, memory: MachineMemory): Generator<CachedTranslation> {
  const space = Number((hart.wide("satp") >> 44n) % BigInt(tlbSpaces));
  const inSpace = hart.wide(`generationOf${space}` as "generationOf0");
  const inShared = hart.wide("sharedGeneration");
  for (const { context, access, offset, group } of tlbTables) {
    if (group !== space && group !== tlbSpaces) continue;
    const generation = group === space ? inSpace : inShared;
    const first = hart.address + hartStateBytes + offset;
    for (let entry = 0; entry < tlbEntries; entry++) {
      const tag = memory.wide(first + entry * tlbEntryBytes);
      if ((tag & inPage) !== generation) continue;
      yield { context, access, address: tag & ~inPage };
    }
  }
}
