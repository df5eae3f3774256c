/** One hart as JavaScript sees it: its state in machine memory, in halves that need no BigInt. */
import type { ExitCategory } from "../base/exits.ts";
import { exitCategories } from "../base/exits.ts";
import type { MachineAddress } from "../base/units.ts";
import {
  exitCountersOffset,
  floatRegistersOffset,
  hartFields,
  hartStateBytes,
  integerRegistersOffset,
  triggers,
} from "../isa/hart-layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { generations, tlbBytes } from "../mmu/tlb.ts";
import { environment, interrupt } from "./privilege.ts";
import { stateEnableAfterReset } from "./state-enable-csrs.ts";
import { triggerType } from "./trigger-csrs.ts";

type FieldName = keyof typeof hartFields;

/** Fields that a run determines: they enter the state hash, the rest follows from them. */
const architecturalFields = [
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

export const hartBytes = hartStateBytes + tlbBytes;
const two32 = 2 ** 32;

export class Hart {
  readonly id: number;
  readonly address: MachineAddress;
  readonly #memory: MachineMemory;

  constructor(memory: MachineMemory, id: number) {
    this.#memory = memory;
    this.id = id;
    this.address = memory.allocate(hartBytes);
    this.set("hartId", id);
    this.setWide("reservedAddress", -1n);
    // The TLB's tables are zero: no tag is, because every generation is more.
    this.setWide("tlbGeneration", BigInt(generations.first));
    this.setWide("superpagesFirst", -1n);
    // Accessed and dirty bits are the hart's own business until software wants to see to them.
    this.setWide("menvcfg", environment.adue);
    this.setWide("stimecmp", -1n);
    this.setWide("watchFirst", -1n);
    stateEnableAfterReset.forEach((value, index) => {
      this.setWide(`mstateen${index}` as "mstateen0", value);
    });
    for (let trigger = 0; trigger < triggers; trigger++) {
      this.setWide(`tdata1Of${trigger}` as "tdata1Of0", triggerType.match);
      this.setWide(`fetchPageOf${trigger}` as "fetchPageOf0", -1n);
      this.setWide(`dataPageOf${trigger}` as "dataPageOf0", -1n);
    }
  }

  get(field: FieldName): number {
    return this.#memory.word(this.address + hartFields[field].offset);
  }
  set(field: FieldName, value: number): void {
    this.#memory.setWord(this.address + hartFields[field].offset, value);
  }
  wide(field: FieldName): bigint {
    return this.#memory.wide(this.address + hartFields[field].offset);
  }
  setWide(field: FieldName, value: bigint): void {
    this.#memory.setWide(this.address + hartFields[field].offset, value);
  }
  /** Sets a 64-bit field to a non-negative number below 2^53. */
  setNumber(field: FieldName, value: number): void {
    const at = this.address + hartFields[field].offset;
    this.#memory.setWord(at, value >>> 0);
    this.#memory.setWord(at + 4, Math.floor(value / two32));
  }

  x(index: number): number {
    return this.#memory.word(this.address + integerRegistersOffset + index * 8);
  }
  xHigh(index: number): number {
    return this.#memory.word(this.address + integerRegistersOffset + index * 8 + 4);
  }
  setX(index: number, low: number, high: number): void {
    if (index === 0) return;
    const at = this.address + integerRegistersOffset + index * 8;
    this.#memory.setWord(at, low);
    this.#memory.setWord(at + 4, high);
  }

  /** Raises or lowers one bit of `mip`; of SEIP, the line that is one of its two causes. */
  setPending(bit: number, asserted: boolean): void {
    const mask = 1 << bit;
    const pending = this.get("mip");
    let isHigh = asserted;
    if (bit === interrupt.supervisorExternal) {
      this.set("externalLine", asserted ? mask : 0);
      isHigh ||= this.get("externalWritten") !== 0;
    }
    this.set("mip", isHigh ? pending | mask : pending & ~mask);
  }

  /** Makes the next store-conditional fail, unless a load-reserved comes before it. */
  clearReservation(): void {
    const at = this.address + hartFields.reservedAddress.offset;
    this.#memory.setWord(at, -1);
    this.#memory.setWord(at + 4, -1);
  }

  get hasPendingInterrupt(): boolean {
    return (this.get("mip") & this.get("mie")) !== 0;
  }

  exitCount(category: ExitCategory): number {
    const index = exitCategories.indexOf(category);
    return Number(this.#memory.wide(this.address + exitCountersOffset + index * 8));
  }
  countExit(category: ExitCategory): void {
    const at = this.address + exitCountersOffset + exitCategories.indexOf(category) * 8;
    this.#memory.setWide(at, this.#memory.wide(at) + 1n);
  }

  /** Name and value of everything that a run determines. */
  architecturalState(): Record<string, string> {
    const state: Record<string, string> = {};
    for (const field of architecturalFields) {
      const value = hartFields[field].type === "i32" ? BigInt(this.get(field)) : this.wide(field);
      state[field] = value.toString(16);
    }
    for (let i = 1; i < 32; i++) {
      state[`x${i}`] = this.#memory
        .wide(this.address + integerRegistersOffset + i * 8)
        .toString(16);
    }
    for (let i = 0; i < 32; i++) {
      state[`f${i}`] = this.#memory.wide(this.address + floatRegistersOffset + i * 8).toString(16);
    }
    return state;
  }

  dispose(): void {
    this.#memory.free(this.address, hartBytes);
  }
}
