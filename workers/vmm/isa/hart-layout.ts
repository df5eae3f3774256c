/**
 * The state of one hart as it lies in machine memory: offsets from the hart's base address.
 *
 * Generated code reads and writes it with `HartFields`; JavaScript through a port class of the
 * hart layer. Integer register slot 32 is the sink that writes to `x0` go to, so that slot 0 stays 0.
 */
import { exitCategories } from "../base/exits.ts";
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { type I32, i32, i64, type Value } from "../base/wasm/value.ts";

export interface Field<T extends "i32" | "i64"> {
  readonly type: T;
  readonly offset: number;
}

const integerRegisterSlots = 33;
const floatRegisters = 32;

/** Byte offsets of the two register files; registers are 8 bytes each. */
export const integerRegistersOffset = 0;
export const floatRegistersOffset = integerRegisterSlots * 8;
/** Physical memory protection: entries, of 64 that the manual knows. */
export const pmpEntries = 16;
/** Event counters `hpmcounter3` on (Sscofpmf), of 29 that the manual knows. */
export const eventCounters = 16;
export const firstEventCounter = 3;
/** Address triggers (Sdtrig). */
export const triggers = 2;
/** What a record holds as `rd` when the instruction writes `x0`. */
export const sinkRegister = 32;

const firstField = floatRegistersOffset + floatRegisters * 8;

const wideNames = [
  // Where execution goes on, and guest time at the moment the budget is used up (ns).
  ...["pc", "clockEnd", "exceptions"],
  // What tags in the TLB carry now, of data and of fetches; see `mmu/tlb.ts`.
  ...["dataGeneration", "fetchGeneration"],
  // The generations of the TLB's groups, in order, and the `satp` that each space is of.
  ...["generationOf0", "generationOf1", "generationOf2", "generationOf3", "sharedGeneration"],
  ...["satpOf0", "satpOf1", "satpOf2", "satpOf3"],
  // The virtual addresses between which translations may come from superpages, in the lower and in
  // the upper half; first > last: none.
  ...["superpagesFirst", "superpagesLast", "upperSuperpagesFirst", "upperSuperpagesLast"],
  // The virtual addresses between which pages have a debugger's watchpoints; first > last: none.
  ...["watchFirst", "watchLast"],
  // Load-reserved: virtual address (or -1) and the value seen there.
  ...["reservedAddress", "reservedValue"],
  // Machine-level CSRs (privileged manual, chapter 3).
  ...["mstatus", "misa", "medeleg", "mideleg", "mie", "mip", "mtvec", "mcounteren", "menvcfg"],
  ...["mscratch", "mepc", "mcause", "mtval", "mcountinhibit", "mcycleOffset", "minstretOffset"],
  // Supervisor-level CSRs (chapter 4).
  ...["stvec", "scounteren", "senvcfg", "sscratch", "sepc", "scause", "stval", "satp"],
  // Supervisor timer (Sstc), in ticks of `time`.
  "stimecmp",
  // Physical memory protection: 16 bytes of configuration, then the addresses, in order.
  ...["pmpcfg0", "pmpcfg2", "pmpaddr0", "pmpaddr1", "pmpaddr2", "pmpaddr3", "pmpaddr4"],
  ...["pmpaddr5", "pmpaddr6", "pmpaddr7", "pmpaddr8", "pmpaddr9", "pmpaddr10", "pmpaddr11"],
  ...["pmpaddr12", "pmpaddr13", "pmpaddr14", "pmpaddr15"],
  // A fetch TLB entry for a page that no table may cache; see `mmu/tlb.ts`.
  ...["uncachedEntry", "uncachedEntryEnd"],
  // Steps executed before the present budget was given, and CLINT `mtime` minus guest time / 100.
  ...["stepsEnd", "timeOffset"],
  // Access of lower modes to state that extensions add (Smstateen).
  ...["mstateen0", "mstateen1", "mstateen2", "mstateen3"],
  // Triggers: what they look for, and the pages whose accesses they have to see (-1: none).
  ...["tdata1Of0", "tdata1Of1", "tdata2Of0", "tdata2Of1"],
  ...["fetchPageOf0", "fetchPageOf1", "dataPageOf0", "dataPageOf1"],
  // Event counters, as the other counters are kept, and their selectors; both in order.
  ...["mhpmcounter3", "mhpmcounter4", "mhpmcounter5", "mhpmcounter6", "mhpmcounter7"],
  ...["mhpmcounter8", "mhpmcounter9", "mhpmcounter10", "mhpmcounter11", "mhpmcounter12"],
  ...["mhpmcounter13", "mhpmcounter14", "mhpmcounter15", "mhpmcounter16", "mhpmcounter17"],
  ...["mhpmcounter18", "mhpmevent3", "mhpmevent4", "mhpmevent5", "mhpmevent6", "mhpmevent7"],
  ...["mhpmevent8", "mhpmevent9", "mhpmevent10", "mhpmevent11", "mhpmevent12", "mhpmevent13"],
  ...["mhpmevent14", "mhpmevent15", "mhpmevent16", "mhpmevent17", "mhpmevent18"],
] as const;

const narrowNames = [
  // Budget of the present slice in steps: one per instruction retired or exception taken.
  "budget",
  // 0 user, 1 supervisor, 3 machine.
  "privilege",
  "fflags",
  "frm",
  // What `mip.SEIP` is the OR of, each in the place of that bit: the interrupt controller's line,
  // and what software wrote.
  ...["externalLine", "externalWritten"],
  // Machine addresses of the TLB tables of the present translation context.
  ...["dataTlb", "fetchTlb"],
  // Whether the TLB's shared group holds pages that are not global.
  "sharedHoldsLocal",
  // Non-zero asks `execute` to come back to JavaScript; see `StopCode`.
  "stopRequest",
  // The machine's physical memory, the same in all harts of a VM.
  ...["guestMap", "ramPages"],
  // The page whose every store makes `execute` return, by its slot in the guest map; 0: none.
  "watchedSlot",
  "hartId",
  // 1 where `ecall` from S-mode is a hypercall to the monitor's own SBI.
  "hypercalls",
  // Set by a load, store or fetch that trapped; the instruction under way is abandoned.
  "faulted",
  // Non-zero where hot code is translated; steps to interpret until the place is looked at.
  ...["translates", "heatLeft"],
  // Places that were looked at, until the monitor asks.
  "looks",
  // Looks until the places that were found hot are translated; 0: there are none.
  "translationDue",
  // Steps of the budget that `run` was not told of.
  "withheld",
  // 1 where privileged instructions may be executed without an exit.
  "inlinesPrivileged",
  // The scratch record of an instruction that straddles two pages, and its bits.
  ...["scratchRecord", "scratchRecordHigh", "scratchBits"],
  // Event counters by bits from 0 on: those that count now, and of these the ones that an overflow
  // may be reported of; and whether any of them looks at the privilege.
  ...["countersRunning", "countersArmed", "countersFiltered"],
  // Which trigger `tdata1` to `tdata3` are of, and whether any has a page to look at.
  ...["tselect", "triggersArmed"],
  // 1 where another hart could run, so that `pause` gives the rest of a turn away.
  "takesTurns",
  // Exits until one is handed to the monitor's stopwatch; 0 where there is none.
  "exitsUntilTimed",
  // The register that the latest exit of `csr` was about.
  "csrOfExit",
] as const;

type WideName = (typeof wideNames)[number];
type NarrowName = (typeof narrowNames)[number];

function place<N extends string, T extends "i32" | "i64">(
  names: readonly N[],
  type: T,
  start: number,
): Record<N, Field<T>> {
  const size = type === "i32" ? 4 : 8;
  const entries = names.map((name, i) => [name, { type, offset: start + i * size }]);
  return Object.fromEntries(entries) as Record<N, Field<T>>;
}

const firstNarrow = firstField + wideNames.length * 8;
const firstCounter = (firstNarrow + narrowNames.length * 4 + 7) & ~7;

/** Every named field of a hart. */
export const hartFields: Record<WideName, Field<"i64">> & Record<NarrowName, Field<"i32">> = {
  ...place(wideNames, "i64", firstField),
  ...place(narrowNames, "i32", firstNarrow),
};

/** Offset of the exit counters, one i64 per category in the order of `exitCategories`. */
export const exitCountersOffset = firstCounter;

/** Exceptions that were raised outside translated code, one i64 per cause from 0 on. */
export const exceptionCountersOffset = exitCountersOffset + exitCategories.length * 8;
export const exceptionCauses = 24;

/** Bytes of a hart before its TLB tables. */
export const hartStateBytes = 2048;
if (exceptionCountersOffset + exceptionCauses * 8 > hartStateBytes) {
  throw new Error("the hart's fields do not fit");
}

/** Field access for generated code: `h.get("pc")` is an expression, `h.set("pc", value)` a statement. */
export class HartFields {
  readonly #f: FunctionBuilder;
  readonly base: I32;

  constructor(f: FunctionBuilder, base: I32) {
    this.#f = f;
    this.base = base;
  }

  get<N extends WideName | NarrowName>(name: N): Value<(typeof hartFields)[N]["type"]> {
    const { type, offset } = hartFields[name];
    const value = type === "i32" ? i32.load(this.base, offset) : i64.load(this.base, offset);
    return value as Value<(typeof hartFields)[N]["type"]>;
  }

  set<N extends WideName | NarrowName>(
    name: N,
    value: Value<(typeof hartFields)[N]["type"]> | number,
  ): void {
    const { type, offset } = hartFields[name];
    const typed = typeof value === "number" ? (type === "i32" ? i32 : i64).const(value) : value;
    this.#f.store(this.base, offset, typed);
  }

  /** Adds one to the counter of an exit category. */
  count(category: (typeof exitCategories)[number]): void {
    const offset = exitCountersOffset + exitCategories.indexOf(category) * 8;
    this.#f.store(this.base, offset, i64.load(this.base, offset).add(1));
  }
}
