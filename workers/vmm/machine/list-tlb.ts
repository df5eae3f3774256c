/** What a hart's software TLB holds, for a monitor console. */
import type { Hart } from "../hart/hart.ts";
import { hartStateBytes } from "../isa/hart-layout.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import {
  dataContexts,
  fetchContexts,
  fetchTlbOffset,
  tlbEntries,
  tlbEntryBytes,
  tlbTableBytes,
} from "../mmu/tlb.ts";
import type { CachedTranslation } from "./debug-port.ts";

const inPage = BigInt(pageBytes - 1);
/** The tag of an empty entry; none that is filled has all its low bits set. */
const empty = 2n ** 64n - 1n;

const tables = [
  ...Object.entries(dataContexts).flatMap(([context, index]) => [
    { context, access: "load" as const, offset: 2 * index * tlbTableBytes },
    { context, access: "store" as const, offset: (2 * index + 1) * tlbTableBytes },
  ]),
  ...Object.entries(fetchContexts).map(([context, index]) => ({
    context,
    access: "fetch" as const,
    offset: fetchTlbOffset + index * tlbTableBytes,
  })),
];

export function* listTlb(hart: Hart, memory: MachineMemory): Generator<CachedTranslation> {
  const generation = hart.wide("tlbGeneration");
  for (const { context, access, offset } of tables) {
    for (let entry = 0; entry < tlbEntries; entry++) {
      const tag = memory.wide(hart.address + hartStateBytes + offset + entry * tlbEntryBytes);
      if (tag === empty || (tag & inPage) !== generation) continue;
      yield { context, access, address: tag & ~inPage };
    }
  }
}
