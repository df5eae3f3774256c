/**
 * One hart with RAM and the real engine, without board, clock and firmware: for tests that look at
 * the hart itself. Starts in M-mode at the beginning of RAM with everything else as after reset, but
 * that physical memory protection permits all.
 * Device accesses go to `deviceLoad` and `deviceStore`, which refuse all until a test replaces them.
 */
import { compiler } from "../../workers/host/compiler.ts";
import { Hart } from "../../workers/vmm/hart/hart.ts";
import { CodeCache, type CodeShare } from "../../workers/vmm/interpreter/code-cache.ts";
import {
  createEngine,
  type Engine,
  type EngineCallbacks,
} from "../../workers/vmm/interpreter/engine.ts";
import { engineModule } from "../../workers/vmm/interpreter/engine-module.ts";
import { recordScale, specialOperations } from "../../workers/vmm/interpreter/record.ts";
import { AbsentPage } from "../../workers/vmm/memory/absent-page.ts";
import { recordsInSlot, slotOf } from "../../workers/vmm/memory/guest-map.ts";
import { GuestRam } from "../../workers/vmm/memory/guest-ram.ts";
import {
  codePageStride,
  codePagesFor,
  codePoolBase,
  mostRegions,
  pageBytes,
} from "../../workers/vmm/memory/layout.ts";
import { MachineMemory } from "../../workers/vmm/memory/machine-memory.ts";
import { mapTlbs } from "../../workers/vmm/mmu/tlb-repair.ts";
import type {
  HeatPolicy,
  TranslationProblem,
  TranslationService,
  WasmCompiler,
  WasmTable,
} from "../../workers/vmm/mod.ts";
import { CodeLibrary } from "../../workers/vmm/translator/code-library.ts";
import { LocalTranslation } from "../../workers/vmm/translator/local-translation.ts";
import type { CodeRecords } from "../../workers/vmm/translator/region-store.ts";
import { RegionWriter } from "../../workers/vmm/translator/region-writer.ts";
import { Translator } from "../../workers/vmm/translator/translator.ts";
import { asm, assemble, type Line } from "./assembler.ts";

export const ramBase = 0x8000_0000;
const machineMemoryBytes = 2 ** 27;
const scratchOperand = 5;
const scratchResult = 6;

interface Translation {
  readonly heat?: HeatPolicy;
  /** For the regions; the interpreter is made by the host's own. */
  readonly compiler?: WasmCompiler;
  readonly mostRegions?: number;
  /** Who writes and compiles, in place of the hart's own thread. */
  readonly service?: TranslationService;
  readonly onProblem?: (problem: TranslationProblem) => void;
  /** What the translator has of the records and of the function table, where something is to fail. */
  readonly records?: (own: CodeRecords) => CodeRecords;
  readonly table?: (own: WasmTable) => WasmTable;
}

export class BareHart {
  readonly hart: Hart;
  readonly ram: GuestRam;
  readonly memory: MachineMemory;
  readonly code: CodeCache;
  readonly share: CodeShare;
  readonly engine: Engine;
  /** Only where the hart was made with `heat`. */
  readonly translator: Translator | undefined;
  deviceLoad: ((address: number, width: number) => number | undefined) | undefined;
  deviceStore: ((address: number, width: number, value: number) => boolean) | undefined;
  timerChanged: (() => void) | undefined;
  countersChanged: (() => void) | undefined;

  /** @param translation where given, hot code is translated */
  constructor(ramBytes = 2 ** 20, translation: Translation = {}) {
    this.memory = new MachineMemory(compiler.createMemory(machineMemoryBytes));
    this.code = new CodeCache(this.memory, (records) => this.translator?.pageDropped(records));
    this.share = this.code.promise(codePagesFor(ramBytes / pageBytes));
    const table = compiler.createTable(mostRegions);
    const callbacks: EngineCallbacks = {
      hot: (hart, from) => this.translator?.request(hart, from) as undefined,
      translate: () => this.translator?.translate() as undefined,
      deviceLoad: (_hart, address, width) => {
        const value = this.deviceLoad?.(address >>> 0, width);
        if (value === undefined) this.hart.set("faulted", 1);
        return value ?? 0;
      },
      deviceStore: (_hart, address, width, value) => {
        const taken = this.deviceStore?.(address >>> 0, width, value >>> 0) ?? false;
        if (!taken) this.hart.set("faulted", 1);
      },
      materialise: (_hart, page) => this.ram.materialise(page),
      absent: (_hart, page) => {
        throw new AbsentPage(page);
      },
      codeWritten: (slot, offset, width) => {
        if (!this.code.written(slot >>> 0, this.share, offset, width)) return;
        this.engine.flush(this.hart.address);
      },
      codeAllocate: (slot) => {
        this.engine.flush(this.hart.address);
        return this.code.allocate(slot >>> 0, this.share);
      },
      codeDecode: (record, slot) => {
        const inPage = ((record >>> 0) - codePoolBase) % codePageStride;
        return this.code.decodeFrom(inPage / recordScale, slot >>> 0, this.share) + inPage;
      },
      codeDecodeInto: (record, bits) => this.code.decodeInto(record >>> 0, bits) as undefined,
      hypercall: () => undefined,
      timerChanged: () => this.timerChanged?.() as undefined,
      countersChanged: () => this.countersChanged?.() as undefined,
      breakpoint: () => 0,
      watched: () => 0,
    };
    const code = engineModule(translation.heat);
    this.engine = createEngine(compiler, this.memory, table, callbacks, code);
    const writer = new RegionWriter(translation.compiler ?? compiler, {
      memoryPages: machineMemoryBytes / 65_536,
      entryOperation: specialOperations.entry,
    });
    this.translator = translation.heat
      ? new Translator({
          compiler,
          ...{ memory: this.memory, library: new CodeLibrary() },
          ...{ writer, service: new LocalTranslation(writer) },
          ...translation.heat,
          ...translation,
          table: translation.table?.(table) ?? table,
          records: translation.records?.(this.code.entries) ?? this.code.entries,
        })
      : undefined;
    this.hart = new Hart(this.memory, 0);
    this.ram = new GuestRam({
      memory: this.memory,
      base: ramBase,
      bytes: ramBytes,
      limit: ramBytes / pageBytes,
      tlbs: mapTlbs(
        this.memory,
        () => [this.hart.address],
        () => this.engine.flush(this.hart.address),
      ),
      onSweepDue: () => undefined,
      onCodeWrite: (slot) => {
        if (this.code.drop(slot, this.share)) this.engine.flush(this.hart.address);
      },
    });
    this.hart.set("guestMap", this.ram.map);
    this.hart.set("ramPages", this.ram.pages);
    this.hart.set("privilege", 3);
    this.hart.set("translates", translation.heat ? 1 : 0);
    this.hart.set("inlinesPrivileged", 1);
    this.permitAll();
    this.pc = BigInt(ramBase);
  }

  /** One entry of physical memory protection lets every mode do everything. */
  permitAll(): void {
    this.hart.setWide("pmpcfg0", 0x1fn);
    this.hart.setWide("pmpaddr0", (1n << 54n) - 1n);
  }

  get pc(): bigint {
    return this.hart.wide("pc");
  }
  set pc(value: bigint) {
    this.hart.setWide("pc", value);
    this.engine.selectContext(this.hart.address);
  }

  x(index: number): bigint {
    return (BigInt(this.hart.xHigh(index)) << 32n) | BigInt(this.hart.x(index));
  }
  setX(index: number, value: bigint): void {
    const bits = BigInt.asUintN(64, value);
    this.hart.setX(index, Number(bits & 0xffff_ffffn), Number(bits >> 32n));
  }

  /** Address of the pre-decoded records of the page at a physical address, or 0. */
  recordsAt(address: number): number {
    const slot = slotOf(this.ram.map, Math.floor((address - ramBase) / pageBytes));
    return this.memory.word(slot + recordsInSlot);
  }

  /** Writes a program to RAM; `pc` stays where it is. */
  load(lines: readonly Line[], address = ramBase): void {
    this.ram.write(address, assemble(address, lines));
  }

  /** Runs by the fast engines for so many steps, or until something asks to stop. */
  run(steps: number): number {
    this.hart.set("stopRequest", 0);
    this.hart.set("budget", steps);
    return this.engine.execute(this.hart.address);
  }

  /** Executes exactly one instruction the exact way. */
  step(): void {
    this.hart.set("budget", 1);
    this.engine.step(this.hart.address);
  }

  setPrivilege(privilege: number): void {
    this.hart.set("privilege", privilege);
    this.engine.selectContext(this.hart.address);
  }

  /**
   * Executes one CSR instruction at the present `pc`, which does not move.
   * @returns what `rd` got, or undefined where it is an illegal instruction
   */
  csr(mnemonic: "csrrw" | "csrrs" | "csrrc", number: number, operand?: bigint): bigint | undefined {
    const { privilege, pc } = { privilege: this.hart.get("privilege"), pc: this.pc };
    const rs1 = operand === undefined ? 0 : scratchOperand;
    if (operand !== undefined) this.setX(scratchOperand, operand);
    this.ram.write(
      Number(pc),
      assemble(Number(pc), [asm(mnemonic, { rd: scratchResult, rs1, csr: number })]),
    );
    this.step();
    const refused = this.hart.get("faulted") === 1;
    this.hart.set("privilege", privilege);
    this.pc = pc;
    return refused ? undefined : this.x(scratchResult);
  }

  read(number: number): bigint | undefined {
    return this.csr("csrrs", number);
  }

  /** Writes a register and reads it back. */
  write(number: number, value: bigint): bigint | undefined {
    const allowed = this.csr("csrrw", number, value) !== undefined;
    return allowed ? this.read(number) : undefined;
  }
}
