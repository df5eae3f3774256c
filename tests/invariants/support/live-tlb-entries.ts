/**
 * The entries of a hart's software TLB that an access may go by, or may be put back from: those of
 * each group's present generation. Others are as good as empty.
 */
import { hartFields, hartStateBytes } from "../../../workers/vmm/isa/hart-layout.ts";
import {
  tlbEntries,
  tlbEntryBytes,
  tlbSpaces,
  withdrawnTag,
} from "../../../workers/vmm/mmu/tlb.ts";
import { tlbTables } from "../../../workers/vmm/mmu/tlb-tables.ts";

const generationBits = 0xff8;
/** Stands in place of the `satp` of a space that holds nothing. */
const nobody = 0xffff_ffff_ffff_ffffn;

export interface LiveTlbEntry {
  /** Address of the entry itself, and its index in its table. */
  readonly at: number;
  readonly index: number;
  readonly kind: "read" | "write" | "fetch";
  /** Whose page tables the entry was filled by; undefined: no page tables are asked. */
  readonly satp: bigint | undefined;
  readonly isWithdrawn: boolean;
  readonly address: bigint;
  /** What it has besides; a generation where it is withdrawn. */
  readonly addend: number;
  readonly slot: number;
}

export function* liveTlbEntries(memory: DataView, hart: number): Generator<LiveTlbEntry> {
  const wide = (name: keyof typeof hartFields) =>
    memory.getBigUint64(hart + hartFields[name].offset, true);
  const kinds = { load: "read", store: "write", fetch: "fetch" } as const;
  for (const { context, access, offset, group } of tlbTables) {
    const isShared = group === tlbSpaces;
    const owner = isShared ? wide("satp") : wide(`satpOf${group}` as "satpOf0");
    if (!isShared && owner === nobody) continue;
    const name = isShared ? "sharedGeneration" : (`generationOf${group}` as "generationOf0");
    const generation = Number(wide(name));
    const satp = context === "machine" ? undefined : owner;
    for (let index = 0; index < tlbEntries; index++) {
      const at = hart + hartStateBytes + offset + index * tlbEntryBytes;
      const tag = memory.getUint32(at, true);
      if (tag === 0) continue;
      const addend = memory.getUint32(at + 8, true);
      const isWithdrawn = (tag & 0xfff) === withdrawnTag;
      if ((isWithdrawn ? addend : tag & generationBits) !== generation) continue;
      const address = memory.getBigUint64(at, true) & ~0xfffn;
      const slot = memory.getUint32(at + 12, true);
      yield { at, index, kind: kinds[access], satp, isWithdrawn, address, addend, slot };
    }
  }
}
