/** The debug port of a virtual machine; made when somebody asks for it, and free until then. */
import type { Bytes, GuestPhysicalAddress, MachineAddress } from "../base/units.ts";
import { csrTable } from "../hart/csr-table.ts";
import type { Hart } from "../hart/hart.ts";
import { watchKinds } from "../hart/memory-access.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import type { Engine } from "../interpreter/engine.ts";
import { csrName } from "../isa/csr-names.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { withdrawData } from "../mmu/tlb-repair.ts";
import { DebugMemory } from "./debug-memory.ts";
import type {
  CachedTranslation,
  DebugCsr,
  DebugInstruction,
  DebugMapping,
  DebugPort,
} from "./debug-port.ts";
import { DebugRegisters } from "./debug-registers.ts";
import type { HartSchedule } from "./hart-schedule.ts";
import { listTlb } from "./list-tlb.ts";
import type { StopReason } from "./stop-reason.ts";
import type { Watchpoint } from "./watchpoint.ts";

/** What the debugger needs of the machine. */
export interface DebugParts {
  readonly harts: readonly [Hart, ...Hart[]];
  readonly memory: MachineMemory;
  readonly ram: GuestRam;
  readonly engine: Engine;
  readonly images: DebugPort["images"];
  readonly regions: DebugPort["regions"];
  readonly schedule: HartSchedule;
  readonly isStopped: (hart: number) => boolean;
  /** `Machine.run(1)`. */
  readonly runOne: () => StopReason;
  /** Lets a hart execute one instruction by a function of the engine. @returns the stop code */
  readonly executeOne: (hart: Hart, execute: (hart: number) => number) => number;
  /** Lets what is due happen. @returns how the machine has ended, if it has */
  readonly followClock: () => StopReason | undefined;
  /** Tells the code cache where in a page breakpoints are. */
  readonly markBreakpoints: (pageOffsets: ReadonlySet<number>) => void;
  /** Takes the mark of this record away, or puts it back. */
  readonly passBreakpoint: (record: MachineAddress | undefined) => void;
}

/** Where the machine has come to a stop. */
type DebugStop = Extract<StopReason, { kind: "debug" }>;

const trapCategories = [
  ...(["exception", "interrupt.timer", "interrupt.software"] as const),
  ...(["interrupt.external", "interrupt.counter"] as const),
];
/** CSRs of which there are many and of which the harts have none that counts. */
const dull = /hpm|pmpaddr(1[6-9]|[2-6]\d)|pmpcfg([4-9]|1\d)/;

export class MachineDebugger implements DebugPort {
  readonly harts: number;
  readonly images: DebugPort["images"];
  readonly regions: DebugPort["regions"];
  readonly csrs: readonly DebugCsr[];
  readonly #parts: DebugParts;
  readonly #registers: DebugRegisters;
  readonly #memory: DebugMemory;
  #breakpoints: ReadonlySet<bigint> = new Set();
  #watchpoints: readonly Watchpoint[] = [];
  #stepping: Hart | undefined;
  /** Whether the step under way goes past watchpoints. */
  #isPassing = false;
  /** The marked record that a hart has come to last. */
  #met: MachineAddress | undefined;
  /** Whether the next instruction is executed without the mark that it has. */
  isPassing = false;
  /** Harts that do not stop at this `pc`. */
  #stands: ReadonlyMap<Hart, bigint> = new Map();
  #watchHit: NonNullable<DebugStop["watchpoint"]> | undefined;

  constructor(parts: DebugParts) {
    this.#parts = parts;
    this.#registers = new DebugRegisters(parts.harts, parts.memory, parts.engine);
    this.#memory = new DebugMemory(parts.harts, parts.ram);
    this.harts = parts.harts.length;
    this.images = parts.images;
    this.regions = parts.regions;
    this.csrs = csrTable.flatMap(({ number }) => {
      const name = csrName(number);
      return name === undefined || dull.test(name) ? [] : { name, number };
    });
  }

  get presentHart(): number {
    return this.#parts.schedule.current.id;
  }

  trapCount(hart: number): number {
    const known = this.#parts.harts[hart];
    return trapCategories.reduce((sum, name) => sum + (known?.exitCount(name) ?? 0), 0);
  }

  hartState(hart: number): "running" | "waiting" | "stopped" {
    if (this.#parts.isStopped(hart)) return "stopped";
    return this.#parts.schedule.isWaiting(hart) ? "waiting" : "running";
  }

  readRegister(hart: number, register: number): bigint | undefined {
    return this.#registers.read(hart, register);
  }

  writeRegister(hart: number, register: number, value: bigint): boolean {
    return this.#registers.write(hart, register, value);
  }

  translate(hart: number, address: bigint): GuestPhysicalAddress | undefined {
    return this.#memory.translate(hart, address);
  }

  readMemory(hart: number, address: bigint, bytes: Bytes): Uint8Array {
    return this.#memory.read(hart, address, bytes);
  }

  writeMemory(hart: number, address: bigint, bytes: Uint8Array): boolean {
    return this.#memory.write(hart, address, bytes);
  }

  readPhysical(address: GuestPhysicalAddress, bytes: Bytes): Uint8Array {
    return this.#memory.readPhysical(address, bytes);
  }

  writePhysical(address: GuestPhysicalAddress, bytes: Uint8Array): boolean {
    return this.#memory.writePhysical(address, bytes);
  }

  mappings(hart: number): Iterable<DebugMapping> {
    return this.#memory.mappings(hart);
  }

  disassemble(hart: number, address: bigint): DebugInstruction | undefined {
    return this.#memory.disassemble(hart, address);
  }

  cachedTranslations(hart: number): Iterable<CachedTranslation> {
    const known = this.#parts.harts[hart];
    return known === undefined ? [] : listTlb(known, this.#parts.memory);
  }

  step(
    index: number,
    { lettingOthersRun = false, passingWatchpoints = false },
  ): StopReason | undefined {
    const hart = this.#parts.harts[index];
    if (hart === undefined) return undefined;
    const { schedule, engine, executeOne, isStopped, followClock } = this.#parts;
    if (isStopped(index)) return followClock();
    this.#stepping = hart;
    this.#isPassing = passingWatchpoints;
    try {
      schedule.choose(index);
      executeOne(hart, (address) => {
        engine.step(address);
        return stopCodes.budget;
      });
    } finally {
      this.#stepping = undefined;
    }
    let stop = this.takeStop(hart);
    for (const other of lettingOthersRun ? this.#parts.harts : []) {
      if (other === hart || stop !== undefined || !schedule.canRun(other.id)) continue;
      schedule.choose(other.id);
      if (executeOne(other, engine.execute) === stopCodes.idle) schedule.wait();
      stop = this.takeStop(other);
    }
    return followClock() ?? stop;
  }

  advance(passing: readonly number[]): StopReason {
    const harts = passing.flatMap((index) => this.#parts.harts[index] ?? []);
    this.#stands = new Map(harts.map((hart) => [hart, hart.wide("pc")]));
    try {
      return this.#parts.runOne();
    } finally {
      this.#stands = new Map();
    }
  }

  setBreakpoints(addresses: Iterable<bigint>): void {
    this.#breakpoints = new Set(addresses);
    const offsets = [...this.#breakpoints].map((address) => Number(address & 0xffen));
    this.#parts.markBreakpoints(new Set(offsets));
  }

  setWatchpoints(watchpoints: readonly Watchpoint[]): void {
    this.#watchpoints = watchpoints;
    let [first, last] = [-1n, 0n];
    for (const { address, bytes } of watchpoints) {
      const pageMask = BigInt(pageBytes - 1);
      const from = BigInt.asUintN(64, address & ~pageMask);
      const to = (address + BigInt(Math.max(1, bytes) - 1)) | pageMask;
      if (from < BigInt.asUintN(64, first)) first = from;
      if (to > last) last = to;
    }
    for (const hart of this.#parts.harts) {
      hart.setWide("watchFirst", first);
      hart.setWide("watchLast", last);
      if (watchpoints.length > 0) withdrawData(this.#parts.memory, hart.address);
    }
  }

  // Called by generated code.

  /**
   * A hart has come to a marked record. It stops, whether it is the address that was meant or one at
   * the same place of another page: then `takeStop` has it pass, in the way that it would have gone.
   */
  breakpoint(address: number, record: MachineAddress): number {
    const hart = this.#parts.harts.find((candidate) => candidate.address === address >>> 0);
    if (hart === undefined || hart === this.#stepping) return 0;
    this.#met = record;
    return 1;
  }

  /** The instruction that was passed is over. */
  endPass(): void {
    if (!this.isPassing) return;
    this.isPassing = false;
    this.#parts.passBreakpoint(undefined);
  }

  /** An access in a page with watchpoints. @returns 1 where the hart is to stop before it */
  watched(hartAddress: number, low: number, high: number, access: number): number {
    if (this.#isPassing && this.#stepping?.address === hartAddress >>> 0) return 0;
    for (const [hart, pc] of this.#stands) {
      if (hart.address === hartAddress >>> 0 && hart.wide("pc") === pc) return 0;
    }
    const address = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    const end = address + BigInt(access & 15);
    const isLoad = (access & watchKinds.load) !== 0;
    const isStore = (access & watchKinds.store) !== 0;
    const hit = this.#watchpoints.find(
      ({ kind, address: first, bytes }) =>
        address < first + BigInt(bytes) &&
        first < end &&
        (kind === "access" || (kind === "load" ? isLoad : isStore)),
    );
    if (hit === undefined) return 0;
    this.#watchHit = { kind: hit.kind, address: hit.address };
    return 1;
  }

  /** What the hart that ran last has stopped for, if it has; once. */
  takeStop(hart: Hart): DebugStop | undefined {
    const [watchpoint, met] = [this.#watchHit, this.#met];
    this.#watchHit = undefined;
    this.#met = undefined;
    if (watchpoint === undefined && hart.get("stopRequest") !== stopCodes.debug) return undefined;
    const pc = hart.wide("pc");
    const isMeant = this.#breakpoints.has(pc) && this.#stands.get(hart) !== pc;
    if (watchpoint === undefined && met !== undefined && !isMeant) {
      this.isPassing = true;
      this.#parts.passBreakpoint(met);
      return undefined;
    }
    hart.countExit("pause");
    return { kind: "debug", hart: hart.id, ...(watchpoint === undefined ? {} : { watchpoint }) };
  }
}
