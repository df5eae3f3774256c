/** One hart as JavaScript sees it: its state in machine memory, in halves that need no BigInt. */
import type { ExitCategory } from "../base/exits.ts";
import { exitCategories } from "../base/exits.ts";
import type { MachineAddress } from "../base/units.ts";
import {
  exceptionCountersOffset,
  exitCountersOffset,
  floatRegistersOffset,
  hartFields,
  hartStateBytes,
  integerRegistersOffset,
  triggers,
} from "../isa/hart-layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { generations, tlbBytes, tlbSpaces } from "../mmu/tlb.ts";
import { architecturalFields, type HartState, isPossible, savedFields } from "./hart-state.ts";
import { environment, interrupt } from "./privilege.ts";
import { stateEnableAfterReset } from "./state-enable-csrs.ts";
import { triggerType } from "./trigger-csrs.ts";

type FieldName = keyof typeof hartFields;

/** How often each control and status register was an exit: a word for each number, since the hart was made. */
export const csrCountersOffset = hartStateBytes + tlbBytes;
const csrNumbers = 4096;
export const hartBytes = csrCountersOffset + 4 * csrNumbers;
const two32 = 2 ** 32;
/** No value of `satp`: see `context.ts`. */
const nobody = 0xffff_ffff_ffff_ffffn;
/** A number in hexadecimal as `toString` writes it, of at most 64 bits. */
const canonicalHex = /^(0|[1-9a-f][0-9a-f]{0,15})$/;

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
    const first = BigInt(generations.first);
    for (const group of ["dataGeneration", "fetchGeneration", "sharedGeneration"] as const) {
      this.setWide(group, first);
    }
    for (let space = 0; space < tlbSpaces; space++) {
      this.setWide(`generationOf${space}` as "generationOf0", first);
    }
    this.setWide("superpagesFirst", -1n);
    this.setWide("upperSuperpagesFirst", -1n);
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

  /** The present generation of a group of TLB tables, the shared one last. */
  tlbGeneration(group: number): number {
    // Whoever comes to a space that is nobody's begins with the next generation.
    if (group < tlbSpaces && this.wide(`satpOf${group}` as "satpOf0") === nobody) return -1;
    return this.#memory.word(this.address + hartFields.generationOf0.offset + group * 8);
  }

  exitCount(category: ExitCategory): number {
    const index = exitCategories.indexOf(category);
    return Number(this.#memory.wide(this.address + exitCountersOffset + index * 8));
  }
  /** The low half of an exit counter. @param index of the category in the taxonomy */
  exitWord(index: number): number {
    return this.#memory.word(this.address + exitCountersOffset + index * 8);
  }
  /** Exceptions of a cause that were raised outside translated code, since the hart was made. */
  exceptionCount(cause: number): number {
    return Number(this.#memory.wide(this.address + exceptionCountersOffset + cause * 8));
  }
  /** Numbers of control and status registers that were exits, and how often each was, below 2^32. */
  *csrExits(): Generator<readonly [number: number, count: number]> {
    const first = (this.address + csrCountersOffset) >>> 2;
    for (let number = 0; number < csrNumbers; number++) {
      const count = this.#memory.words[first + number] as number;
      if (count !== 0) yield [number, count >>> 0];
    }
  }
  /** The low halves of all exit counters, in the order of the taxonomy. */
  readExits(into: Uint32Array): void {
    const first = (this.address + exitCountersOffset) >>> 2;
    for (let i = 0; i < into.length; i++) into[i] = this.#memory.words[first + 2 * i] as number;
  }
  countExit(category: ExitCategory): void {
    const at = this.address + exitCountersOffset + exitCategories.indexOf(category) * 8;
    this.#memory.setWide(at, this.#memory.wide(at) + 1n);
  }

  /** Name and value of everything that a run determines. */
  architecturalState(): Record<string, string> {
    return this.#read(architecturalPlaces);
  }

  /** All but its clocks and its TLB, which are saved by those who own them. */
  save(): HartState {
    const exits = exitCategories.map((category) => [category, this.exitCount(category)] as const);
    return { registers: this.#read(savedPlaces), exits: Object.fromEntries(exits) };
  }

  /** @throws RangeError for a register or category that is missing, unknown or impossible */
  restore({ registers, exits }: HartState): void {
    const stranger = Object.keys(registers).find((name) => !savedNames.has(name));
    if (stranger !== undefined) throw new RangeError(`a hart has no register ${stranger}`);
    for (const { name, offset, type } of savedPlaces) {
      const digits = registers[name];
      if (digits === undefined) throw new RangeError(`register ${name} is missing`);
      if (!canonicalHex.test(digits)) throw new RangeError(`register ${name} is no number`);
      const value = BigInt(`0x${digits}`);
      const isNarrow = type === "i32";
      if (!isPossible(name as FieldName, value) || (isNarrow && value >= 1n << 32n)) {
        throw new RangeError(`register ${name} cannot be ${digits}`);
      }
      if (isNarrow) this.#memory.setWord(this.address + offset, Number(value));
      else this.#memory.setWide(this.address + offset, value);
    }
    for (const [category, count] of Object.entries(exits)) {
      const index = exitCategories.indexOf(category as ExitCategory);
      if (index < 0) throw new RangeError(`there is no exit category ${category}`);
      this.#memory.setWide(this.address + exitCountersOffset + index * 8, BigInt(count));
    }
  }

  dispose(): void {
    this.#memory.free(this.address, hartBytes);
  }

  #read(places: readonly Place[]): Record<string, string> {
    const state: Record<string, string> = {};
    for (const { name, offset, type } of places) {
      const at = this.address + offset;
      const value = type === "i32" ? BigInt(this.#memory.word(at)) : this.#memory.wide(at);
      state[name] = value.toString(16);
    }
    return state;
  }
}

/** Where a register lies in a hart. */
interface Place {
  readonly name: string;
  readonly offset: number;
  readonly type: "i32" | "i64";
}

/** These fields, and both register files but for the register that is always zero. */
function placesOf(fields: readonly FieldName[]): readonly Place[] {
  const files = Array.from({ length: 32 }, (_, i) => [
    { name: `x${i}`, offset: integerRegistersOffset + i * 8, type: "i64" as const },
    { name: `f${i}`, offset: floatRegistersOffset + i * 8, type: "i64" as const },
  ]).flat();
  const named = fields.map((name) => ({ name, ...hartFields[name] }));
  return [...named, ...files.filter(({ name }) => name !== "x0")];
}

const architecturalPlaces = placesOf(architecturalFields);
const savedPlaces = placesOf(savedFields);
const savedNames = new Set(savedPlaces.map(({ name }) => name));
