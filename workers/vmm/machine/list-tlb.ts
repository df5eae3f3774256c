/** What a hart's software TLB holds, for a monitor console. */
import type { Hart } from "../hart/hart.ts";
import { hartStateBytes } from "../isa/hart-layout.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import {
  sharedTlbOffsets,
  spaceTlbOffsets,
  tlbEntries,
  tlbEntryBytes,
  tlbSpaceBytes,
  tlbSpaces,
  tlbTableBytes,
} from "../mmu/tlb.ts";
import type { CachedTranslation } from "./debug-port.ts";

const inPage = BigInt(pageBytes - 1);
const spaceTables = [
  ...dataTables("user", spaceTlbOffsets.user),
  ...dataTables("supervisorSum", spaceTlbOffsets.supervisorSum),
  fetchTable("user", spaceTlbOffsets.userFetch),
];
const sharedTables = [
  ...dataTables("supervisor", sharedTlbOffsets.supervisor),
  ...dataTables("machine", sharedTlbOffsets.machine),
  fetchTable("supervisor", sharedTlbOffsets.supervisorFetch),
  fetchTable("machine", sharedTlbOffsets.machineFetch),
];

/** What holds for the present address space; others may be kept for their return. */
export function* listTlb(hart: Hart, memory: MachineMemory): Generator<CachedTranslation> {
  const space = Number((hart.wide("satp") >> 44n) % BigInt(tlbSpaces));
  const inSpace = hart.wide(`generationOf${space}` as "generationOf0");
  const inShared = hart.wide("sharedGeneration");
  const tables = [
    ...spaceTables.map((table) => ({ ...table, from: space * tlbSpaceBytes, generation: inSpace })),
    ...sharedTables.map((table) => ({ ...table, from: 0, generation: inShared })),
  ];
  for (const { context, access, from, offset, generation } of tables) {
    const first = hart.address + hartStateBytes + from + offset;
    for (let entry = 0; entry < tlbEntries; entry++) {
      const tag = memory.wide(first + entry * tlbEntryBytes);
      if ((tag & inPage) !== generation) continue;
      yield { context, access, address: tag & ~inPage };
    }
  }
}

function dataTables(context: string, offset: number) {
  return [
    { context, access: "load" as const, offset },
    { context, access: "store" as const, offset: offset + tlbTableBytes },
  ];
}

function fetchTable(context: string, offset: number) {
  return { context, access: "fetch" as const, offset };
}
