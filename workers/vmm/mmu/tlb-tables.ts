/** All tables of a hart's software TLB, for whoever looks at each of them; see `tlb.ts`. */
import type { access } from "./access.ts";
import {
  sharedTlbOffsets,
  spaceTlbOffsets,
  tlbSpaceBytes,
  tlbSpaces,
  tlbTableBytes,
} from "./tlb.ts";

export interface TlbTable {
  /** As in a saved machine: `space2.user.read`, `machineFetch`. */
  readonly name: string;
  /** Whose translations it holds: `user`, `supervisorSum`, `supervisor` or `machine`. */
  readonly context: string;
  readonly access: keyof typeof access;
  /** From the hart's first table. */
  readonly offset: number;
  /** The group of tables that it is dropped with: a space, or `tlbSpaces` for the shared ones. */
  readonly group: number;
}

export const tlbTables: readonly TlbTable[] = [
  ...Array.from({ length: tlbSpaces }, (_, space) => {
    const { user, supervisorSum, userFetch } = spaceTlbOffsets;
    const at = { from: space * tlbSpaceBytes, prefix: `space${space}.`, group: space };
    return [
      ...dataTables("user", user, at),
      ...dataTables("supervisorSum", supervisorSum, at),
      fetchTable("user", userFetch, at),
    ];
  }).flat(),
  ...sharedTables(),
];

function sharedTables(): TlbTable[] {
  const { supervisor, machine, supervisorFetch, machineFetch } = sharedTlbOffsets;
  const at = { from: 0, prefix: "", group: tlbSpaces };
  return [
    ...dataTables("supervisor", supervisor, at),
    ...dataTables("machine", machine, at),
    fetchTable("supervisor", supervisorFetch, at),
    fetchTable("machine", machineFetch, at),
  ];
}

interface Place {
  readonly from: number;
  readonly prefix: string;
  readonly group: number;
}

/** A context for data has a read table, then a write table. */
function dataTables(context: string, own: number, { from, prefix, group }: Place): TlbTable[] {
  const offset = from + own;
  const name = `${prefix}${context}`;
  return [
    { name: `${name}.read`, context, access: "load", offset, group },
    { name: `${name}.write`, context, access: "store", offset: offset + tlbTableBytes, group },
  ];
}

function fetchTable(context: string, own: number, { from, prefix, group }: Place): TlbTable {
  const name = `${prefix}${context}Fetch`;
  return { name, context, access: "fetch", offset: from + own, group };
}
