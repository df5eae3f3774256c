/**
 * The monitor of one pCPU thread: a view of the machine memory, one interpreter, any number of VMs.
 *
 *     const monitor = Monitor.create({ compiler });
 *     const vm = monitor.createMachine(config, { console, disks: new Map() });
 *     vm.run(1e6);
 */
import type { HashStart } from "../base/hash-start.ts";
import { TranslationTrap } from "../base/translation-trap.ts";
import type { Bytes, MachineAddress, Pages } from "../base/units.ts";
import type { WasmCompiler } from "../base/wasm-compiler.ts";
import { CodeCache, type CodeShare } from "../interpreter/code-cache.ts";
import { createEngine, type Engine } from "../interpreter/engine.ts";
import { engineModule, usualHeat } from "../interpreter/engine-module.ts";
import type { HeatPolicy } from "../interpreter/execute.ts";
import {
  codePageStride,
  codePagesFor,
  codePoolBase,
  mostRegions as mostRegionNumbers,
  pageBytes,
  recordBytes,
} from "../memory/layout.ts";
import { MachineMemory } from "../memory/machine-memory.ts";
import { type RamContent, RamImage } from "../memory/ram-image.ts";
import { redirectFetches } from "../mmu/tlb-repair.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import { CodeLibrary } from "../translator/code-library.ts";
import { LocalTranslation } from "../translator/local-translation.ts";
import type { TranslationService } from "../translator/translation.ts";
import type { TranslationProblem } from "../translator/translation-problem.ts";
import { type TranslationStatistics, Translator } from "../translator/translator.ts";
import { checkedContent } from "./checked-content.ts";
import type { Machine, MachineConfig, MachineResources } from "./config.ts";
import { createRegionWriter } from "./create-translation.ts";
import { isaString } from "./isa-string.ts";
import type { MachineOrigin } from "./machine-origin.ts";
import { MachineStage } from "./machine-stage.ts";
import type { MachineState } from "./machine-state.ts";
import { largestMemoryBytes, type MemoryShare } from "./memory-share.ts";
import { planBoot } from "./plan-boot.ts";
import { validateConfig } from "./validate-config.ts";
import { type MonitorServices, VirtualMachine } from "./virtual-machine.ts";

export interface MonitorUsage {
  readonly freeFrames: Pages;
  readonly freeHeap: Bytes;
  readonly codePages: Pages;
  readonly regions: number;
  readonly entries: number;
}

/** What a RAM is made of: page numbers, ascending, and the frame of each. */
export interface SharedFrames {
  readonly pages: Uint32Array;
  readonly frames: Uint32Array;
  readonly readZeros: readonly number[];
  readonly sweepAt: Pages;
}

/** No guest can tell any of it. */
interface MonitorOptions {
  /** Who writes and compiles translations; this thread itself where it is not said. */
  readonly translation?: TranslationService;
  /** The bytes of `engineModule()`, where they were made beforehand: writing them takes 40 ms. */
  readonly engine?: Uint8Array;
  /** For tests: when code is translated. */
  readonly heat?: HeatPolicy;
  /** For tests: regions at a time. */
  readonly mostRegions?: number;
  /** For tests: functions that are kept for all machines, of which there are and will be. */
  readonly mostFunctions?: number;
  /** Hears of code that cannot be translated, once for each piece; it stays interpreted. */
  readonly onTranslationProblem?: (problem: TranslationProblem) => void;
}

export class Monitor {
  readonly #compiler: WasmCompiler;
  readonly #memory: MachineMemory;
  readonly #engine: Engine;
  readonly #code: CodeCache;
  readonly #translator: Translator;
  readonly #codeOf = new Map<VirtualMachine, CodeShare>();
  #running: VirtualMachine | undefined;
  readonly #fading: number;
  #looksLeft: number;

  private constructor(compiler: WasmCompiler, memory: MachineMemory, options: MonitorOptions) {
    const { engine, heat = usualHeat, mostRegions, mostFunctions, translation } = options;
    this.#compiler = compiler;
    this.#memory = memory;
    this.#fading = heat.fading;
    this.#looksLeft = heat.fading;
    this.#code = new CodeCache(this.#memory, (records) => this.#dropRegions(records));
    const table = compiler.createTable(mostRegionNumbers);
    this.#engine = createEngine(
      compiler,
      this.#memory,
      table,
      {
        hot: (hart, from) => {
          this.#current.calls.whileTranslating(() => this.#translator.request(hart, from));
        },
        translate: () => {
          this.#current.calls.whileTranslating(() => this.#translator.translate());
        },
        timeExit: (_hart, what) => this.#current.calls.timeExit(what),
        deviceLoad: (_hart, address, width) => this.#current.calls.deviceLoad(address, width),
        deviceStore: (_hart, address, width, value) =>
          this.#current.calls.deviceStore(address, width, value),
        materialise: (_hart, page) => this.#current.calls.materialise(page),
        hypercall: () => this.#current.calls.hypercall(),
        absent: (_hart, page) => this.#current.calls.absent(page),
        codeWritten: (slot, offset, width) => {
          const share = this.#shareOf(this.#current);
          if (this.#code.written(slot >>> 0, share, offset, width)) this.#flush(this.#current);
        },
        codeAllocate: (slot) => {
          // From now on every store to the page must come to the slow path.
          this.#flush(this.#current);
          return this.#code.allocate(slot >>> 0, this.#shareOf(this.#current));
        },
        codeDecode: (record, slot) => this.#decode(record >>> 0, slot >>> 0),
        codeDecodeInto: (record, bits) => {
          this.#code.decodeInto(record >>> 0, bits);
        },
        timerChanged: () => this.#current.calls.timerChanged(),
        // A debugger may be what changed them, and then nothing runs.
        countersChanged: (hart) => this.#running?.calls.countersChanged(hart),
        breakpoint: (hart, record) => this.#current.calls.breakpoint(hart, record),
        watched: (hart, low, high, access) => this.#current.calls.watched(hart, low, high, access),
      },
      engine ?? engineModule(heat),
    );
    const writer = createRegionWriter(compiler, memory.bytes.length);
    this.#translator = new Translator({
      ...{ compiler, table, memory: this.#memory, records: this.#code.entries },
      ...heat,
      ...{ writer, service: translation ?? new LocalTranslation(writer) },
      library:
        mostFunctions === undefined
          ? CodeLibrary.ofThread(memory.pcpus)
          : new CodeLibrary(mostFunctions),
      onProblem: options.onTranslationProblem,
      ...(mostRegions !== undefined && { mostRegions }),
    });
  }

  /**
   * @param options.memoryBytes size of the machine memory, a multiple of 64 KiB; 4 GiB, the most,
   *   where it is not said. It is address space only: pages cost the host when they are first written.
   * @param options.memory this thread's share of a machine memory, in place of one of its own
   */
  static create(
    options: { compiler: WasmCompiler; memoryBytes?: Bytes; memory?: MemoryShare } & MonitorOptions,
  ): Monitor {
    const { compiler, memoryBytes = largestMemoryBytes, memory } = options;
    const own = memory
      ? new MachineMemory(memory.wasm, memory)
      : new MachineMemory(compiler.createMemory(memoryBytes));
    return new Monitor(compiler, own, options);
  }

  /** @throws Failure for an image or a configuration that no machine can be made of */
  createMachine(config: MachineConfig, resources: MachineResources): Machine {
    validateConfig(config, resources);
    const plan = planBoot(config, { isa: isaString(), mmuType: "riscv,sv57" });
    const { boot: _, ...rest } = config;
    const images = plan.segments.map((image) => ({ ...image, bytes: image.bytes.length }));
    const hasSbi = plan.startMode === "supervisor";
    const hardware = { ...rest, hasSbi, images, ...(plan.htif && { htif: plan.htif }) };
    return this.#build({ kind: "boot", hardware, plan }, resources);
  }

  /**
   * Makes the machine that was saved: it goes on as the saved one would have, exit for exit.
   *
   * @param ram from this monitor or another one; it stays the caller's
   * @throws Failure `snapshot-damaged` for a state that cannot be, with its section; those of
   *   `createMachine` for resources that do not fit
   */
  restoreMachine(state: MachineState, ram: RamContent, resources: MachineResources): Machine {
    validateConfig(state.hardware, resources);
    if (ram instanceof RamImage && ram.isOf(this.#memory)) {
      return this.#build({ kind: "saved", state, ram }, resources);
    }
    const ramPages = state.hardware.ramBytes / pageBytes;
    const image = inSection("ram", () =>
      RamImage.of(this.#memory, { ...checkedContent(ram, ramPages), pinned: [] }),
    );
    try {
      return this.#build({ kind: "saved", state, ram: image }, resources);
    } finally {
      image.release();
    }
  }

  /**
   * RAM whose frames another thread of the same machine memory has: this one holds them, too, until the
   * image is released. That other thread must hold them until this has come back.
   *
   * @param content as `RamImage.pages` and `forEach` there have given it
   */
  shareImage(content: SharedFrames): RamImage {
    return RamImage.sharing(this.#memory, {
      ...{ absent: [], pinned: [] },
      ...{ readZeros: content.readZeros, sweepAt: content.sweepAt },
      pages: [...content.pages],
      frames: [...content.frames],
    });
  }

  /** Room for a machine that comes from elsewhere page by page. @param ramPages of its RAM */
  stageMachine(ramPages: Pages): MachineStage {
    return new MachineStage(
      {
        memory: this.#memory,
        code: this.#code,
        build: (origin, resources) => this.#build(origin, resources),
        rehearse: (origin, resources) => {
          this.#codeOf.delete(this.#build(origin, resources));
        },
      },
      ramPages,
    );
  }

  /** `keepCode` is about to be asked for what machines execute from now on, whatever others did before. */
  beginKeeping(): void {
    this.#translator.beginKeeping();
  }

  /**
   * The translations of what its machines executed, since `beginKeeping` where that was called, to be kept
   * in a place that no guest can write to: they are executed as they stand.
   *
   * @param start the runtime's own SHA-256, where there is one
   * @param least where fewer translations were used, others make up so many: those that were used last
   */
  keepCode(start?: HashStart, least = 0): Uint8Array {
    return this.#translator.keepCode(start, least);
  }

  /**
   * Takes over what `keepCode` of a monitor of the same build returned. No guest can tell; one that
   * executes the same code is faster at once.
   *
   * @param start as for `keepCode`
   * @throws Failure `kept-code-damaged`, `region-shape-damaged`
   */
  useKeptCode(code: Uint8Array, start?: HashStart): void {
    this.#translator.useKeptCode(code, start);
  }

  /** What the translator has made so far, for benchmarks and whoever looks for a slow guest. */
  get translations(): TranslationStatistics {
    return this.#translator.statistics;
  }

  /** What all machines together have of the pools; they are as before when a machine is disposed of. */
  get inUse(): MonitorUsage {
    const { freeFrames, freeHeap } = this.#memory;
    return { freeFrames, freeHeap, codePages: this.#code.used, ...this.#translator.inUse };
  }

  #build(
    origin: MachineOrigin,
    resources: MachineResources,
    parent?: VirtualMachine,
  ): VirtualMachine {
    const vm = new VirtualMachine(this.#services, origin, resources);
    try {
      const isMade = origin.kind === "staged";
      this.#codeOf.set(vm, isMade ? origin.share : this.#code.promise(codePagesFor(vm.ramPages)));
      if (origin.kind !== "boot") vm.adopt(origin, parent);
    } catch (failure) {
      vm.dispose();
      throw failure;
    }
    return vm;
  }

  get #services(): MonitorServices {
    return {
      saveCode: (vm, pageOf) => this.#code.save(this.#shareOf(vm), pageOf),
      restoreCode: (vm, code, slotOf) => this.#code.restore(this.#shareOf(vm), code, slotOf),
      adoptCode: (vm, origin, distance) =>
        this.#code.adopt(this.#shareOf(origin), this.#shareOf(vm), distance),
      fork: (origin, saved, resources) => {
        if (saved.kind === "saved") validateConfig(saved.state.hardware, resources);
        return this.#build(saved, resources, origin);
      },
      memory: this.#memory,
      engine: this.#engine,
      giveBackCode: (share) => this.#code.giveBack(share),
      dropCode: (vm, slot) => this.#code.drop(slot, this.#shareOf(vm)),
      onDispose: (vm) => {
        for (const hart of vm.harts) this.#translator.forget(hart.address);
        const share = this.#codeOf.get(vm);
        if (!share) return;
        this.#markBreakpoints(vm, new Set());
        this.#codeOf.delete(vm);
        this.#code.giveBack(share);
      },
      markBreakpoints: (vm, offsets) => this.#markBreakpoints(vm, offsets),
      passBreakpoint: (vm, record) => this.#code.passBreakpoint(this.#shareOf(vm), record),
      whileRunning: (vm, body) => {
        this.#translator.collect();
        this.#running = vm;
        try {
          return body();
        } catch (error) {
          throw this.#asTrap(error, vm);
        } finally {
          this.#running = undefined;
          this.#countLooks(vm);
        }
      },
    };
  }

  /**
   * What ends a run beside its own failures is a trap in a region, which calls nothing; one of the
   * interpreter comes again when the run is done again without translation, and is told as what it is.
   */
  #asTrap(error: unknown, { translates, currentHart }: VirtualMachine): unknown {
    if (translates === 0 || !this.#compiler.isTrap(error)) return error;
    this.#translator.distrust(currentHart.address);
    return new TranslationTrap(error);
  }

  /** Regions of code that has changed must be gone: what is left of them would execute what was. */
  #dropRegions(records: MachineAddress): void {
    try {
      this.#translator.pageDropped(records);
    } catch (error) {
      throw new TranslationTrap(error);
    }
  }

  /** What is looked at is interpreted: without that nothing fades. */
  #countLooks({ harts }: VirtualMachine): void {
    for (const hart of harts) {
      this.#looksLeft -= hart.get("looks");
      hart.set("looks", 0);
    }
    if (this.#looksLeft > 0) return;
    this.#looksLeft = this.#fading;
    for (const share of this.#codeOf.values()) this.#code.fadeMarks(share);
  }

  get #current(): VirtualMachine {
    if (!this.#running) throw new Error("generated code runs outside of Machine.run");
    return this.#running;
  }

  #markBreakpoints(vm: VirtualMachine, pageOffsets: ReadonlySet<number>): void {
    const share = this.#shareOf(vm);
    if (share.breakpoints.size === 0 && pageOffsets.size === 0) return;
    // A region does not look for breakpoints: while there are any the VM has none, and wants none.
    const isMarked = pageOffsets.size > 0;
    for (const hart of vm.harts) {
      hart.set("translates", isMarked ? 0 : vm.translates);
      if (isMarked) this.#translator.forget(hart.address);
    }
    this.#code.setBreakpoints(share, pageOffsets, (slot) => this.#redirectFetches(vm, slot));
  }

  #shareOf(vm: VirtualMachine): CodeShare {
    const share = this.#codeOf.get(vm);
    if (!share) throw new Error("a machine of this monitor is meant");
    return share;
  }

  /** Decodes from a record on. @returns where the record is now: other VMs may keep the old one */
  #decode(record: MachineAddress, slot: MachineAddress): MachineAddress {
    const vm = this.#current;
    vm.calls.needPage(slot);
    const inPage = (record - codePoolBase) % codePageStride;
    const old = record - inPage;
    const offset = inPage / (recordBytes / 2);
    const records = this.#code.decodeFrom(offset, slot, this.#shareOf(vm));
    if (records !== old) this.#redirectFetches(vm, slot);
    return records + inPage;
  }

  #redirectFetches(vm: VirtualMachine, slot: MachineAddress): void {
    for (const hart of vm.harts) redirectFetches(this.#memory, hart.address, slot);
  }

  #flush(vm: VirtualMachine): void {
    for (const hart of vm.harts) this.#engine.flush(hart.address);
  }
}
