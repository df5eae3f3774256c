/**
 * Which of a hart's fields are state and which follow from it. Every field is in one of the lists: a
 * new one says here what it is, or the types do not fit.
 */
import type { hartFields } from "../isa/hart-layout.ts";

type FieldName = keyof typeof hartFields;

/** The saved form of a hart. Its clocks and its TLB are saved by those who own them. */
export interface HartState {
  /** Registers by name, in hexadecimal without sign. */
  readonly registers: Readonly<Record<string, string>>;
  /** Exits so far, by category; those that are missing are 0. */
  readonly exits: Readonly<Record<string, number>>;
}

/** Fields that a run determines: they enter the state hash. */
export const architecturalFields = [
  ...([
    "pc",
    "exceptions",
    "reservedAddress",
    "reservedValue",
    "privilege",
    "fflags",
    "frm",
  ] as const),
  ...(["mstatus", "medeleg", "mideleg", "mie", "mip", "mtvec", "mcounteren", "menvcfg"] as const),
  ...(["mscratch", "mepc", "mcause", "mtval", "mcycleOffset", "minstretOffset"] as const),
  ...(["stvec", "scounteren", "senvcfg", "sscratch", "sepc", "scause", "stval", "satp"] as const),
  ...(["mcountinhibit", "externalWritten", "stimecmp", "pmpcfg0", "pmpcfg2"] as const),
  ...(["pmpaddr0", "pmpaddr1", "pmpaddr2", "pmpaddr3", "pmpaddr4", "pmpaddr5"] as const),
  ...(["pmpaddr6", "pmpaddr7", "pmpaddr8", "pmpaddr9", "pmpaddr10", "pmpaddr11"] as const),
  ...(["pmpaddr12", "pmpaddr13", "pmpaddr14", "pmpaddr15"] as const),
  ...(["mhpmcounter3", "mhpmcounter4", "mhpmcounter5", "mhpmcounter6", "mhpmcounter7"] as const),
  ...(["mhpmcounter8", "mhpmcounter9", "mhpmcounter10", "mhpmcounter11"] as const),
  ...(["mhpmcounter12", "mhpmcounter13", "mhpmcounter14", "mhpmcounter15"] as const),
  ...(["mhpmcounter16", "mhpmcounter17", "mhpmcounter18"] as const),
  ...(["mhpmevent3", "mhpmevent4", "mhpmevent5", "mhpmevent6", "mhpmevent7"] as const),
  ...(["mhpmevent8", "mhpmevent9", "mhpmevent10", "mhpmevent11", "mhpmevent12"] as const),
  ...(["mhpmevent13", "mhpmevent14", "mhpmevent15", "mhpmevent16"] as const),
  ...(["mhpmevent17", "mhpmevent18", "countersRunning", "tselect"] as const),
  ...(["mstateen0", "mstateen1", "mstateen2", "mstateen3"] as const),
  ...(["tdata1Of0", "tdata1Of1", "tdata2Of0", "tdata2Of1"] as const),
] as const;

/** Fields that no guest can read, but without which a run would go on otherwise. */
const hiddenFields = [
  ...(["misa", "timeOffset", "externalLine", "countersArmed", "countersFiltered"] as const),
  ...(["triggersArmed", "fetchPageOf0", "fetchPageOf1", "dataPageOf0", "dataPageOf1"] as const),
  // What the TLB's tables are of: exits are counted as often as they are dropped.
  ...(["satpOf0", "satpOf1", "satpOf2", "satpOf3", "sharedHoldsLocal"] as const),
  ...(["superpagesFirst", "superpagesLast", "upperSuperpagesFirst"] as const),
  "upperSuperpagesLast",
] as const;

/** Fields that a restored hart gets from elsewhere, or that mean nothing between two runs. */
const derivedFields = [
  // Of the machine: its clock, its memory, how it is run.
  ...(["clockEnd", "stepsEnd", "guestMap", "ramPages", "watchedSlot"] as const),
  ...(["hartId", "hypercalls", "takesTurns", "translates", "inlinesPrivileged"] as const),
  // Of the TLB, which is filled again.
  ...(["dataTlb", "fetchTlb", "dataGeneration", "fetchGeneration", "sharedGeneration"] as const),
  ...(["generationOf0", "generationOf1", "generationOf2", "generationOf3"] as const),
  ...(["uncachedEntry", "uncachedEntryEnd"] as const),
  // Of one slice, of a debugger, of the translator.
  ...(["budget", "stopRequest", "faulted", "withheld", "watchFirst", "watchLast"] as const),
  ...(["heatLeft", "looks", "translationDue", "exitsUntilTimed", "csrOfExit"] as const),
  ...(["scratchRecord", "scratchRecordHigh", "scratchBits"] as const),
] as const;

export const savedFields = [...architecturalFields, ...hiddenFields] as const;
type Classified = (typeof savedFields)[number] | (typeof derivedFields)[number];
/** Does not fit while a field is in no list. */
const areAllClassified: Exclude<FieldName, Classified> extends never ? true : never = true;
void areAllClassified;

const supervisorExternal = 1 << 9;
const two64 = 1n << 64n;

/** Values that generated code relies on never to see anything else. */
const limits: Readonly<Partial<Record<FieldName, (value: bigint) => boolean>>> = {
  privilege: (value) => value === 0n || value === 1n || value === 3n,
  fflags: (value) => value < 32n,
  frm: (value) => value < 8n,
  // Bare, Sv39, Sv48 or Sv57: a walk of another mode would not end.
  satp: (value) => [0n, 8n, 9n, 10n].includes(value >> 60n),
  mstatus: (value) => ((value >> 11n) & 3n) !== 2n,
  tselect: (value) => value < 2n,
  triggersArmed: (value) => value < 2n,
  countersRunning: (value) => value < 1n << 16n,
  countersArmed: (value) => value < 1n << 16n,
  countersFiltered: (value) => value < 2n,
  sharedHoldsLocal: (value) => value < 2n,
  externalLine: (value) => value === 0n || value === BigInt(supervisorExternal),
  externalWritten: (value) => value === 0n || value === BigInt(supervisorExternal),
};

/** Whether a register may have a value. */
export function isPossible(field: FieldName, value: bigint): boolean {
  return value < two64 && (limits[field]?.(value) ?? true);
}
