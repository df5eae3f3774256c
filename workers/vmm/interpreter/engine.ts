/**
 * The interpreter as one WebAssembly module over the machine memory, instantiated once for a
 * worker thread and shared by all its VMs: a hart is a parameter.
 *
 *     execute(hart) → stop code: runs until the hart's budget is used up or something asks to stop
 *     step(hart):     executes one instruction (for debuggers, and as the reference in tests)
 *     selectContext(hart), flush(hart): after JavaScript changed privileged state
 */
import { ModuleBuilder } from "../base/wasm/module-builder.ts";
import { i32 } from "../base/wasm/value.ts";
import type { WasmCompiler } from "../base/wasm-compiler.ts";
import { buildCacheBlocks } from "../hart/cache-block.ts";
import { buildContext } from "../hart/context.ts";
import { buildCsrAccess, csrIndexTable } from "../hart/csr-access.ts";
import { floatConstants } from "../hart/float/constants.ts";
import { buildSoftFloat } from "../hart/float/soft-float.ts";
import { buildMemoryAccess } from "../hart/memory-access.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import { buildTraps } from "../hart/trap.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { constantTablesBase, floatConstantsBase, pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { buildPhysicalMemory } from "../mmu/physical-memory.ts";
import { buildProtection } from "../mmu/protection.ts";
import { buildWalk } from "../mmu/walk.ts";
import { buildRun } from "./run.ts";
import { buildStep } from "./step.ts";

/** What generated code asks of the monitor. All operands and results are 32-bit numbers. */
export interface EngineCallbacks {
  /** A device register; sets the hart's `faulted` where nothing is mapped. */
  deviceLoad(hart: number, address: number, width: number): number;
  deviceStore(hart: number, address: number, width: number, value: number): undefined;
  /**
   * An access in a page with watchpoints: halves of the virtual address, width | `watchKinds`.
   * @returns 1 where a debugger wants to stop before it
   */
  watched(hart: number, low: number, high: number, access: number): number;
  /** Gives a page of RAM a private frame. @returns its map entry */
  materialise(hart: number, page: number): number;
  codeWritten(address: number, width: number): undefined;
  codeAllocate(frameAddress: number): number;
  codeDecode(record: number): undefined;
  codeDecodeInto(record: number, bits: number): undefined;
  /** @returns 1 where a debugger wants to stop before the instruction at `pc` */
  breakpoint(hart: number): number;
  hypercall(hart: number): undefined;
  /** The guest wrote `stimecmp` or `menvcfg`: see `SupervisorTimer`. */
  timerChanged?(hart: number): undefined;
}

export interface Engine {
  execute(hart: number): number;
  step(hart: number): void;
  selectContext(hart: number): void;
  flush(hart: number): void;
  /** For debuggers: reads and writes a CSR with the hart's privilege; see `CsrAccess`. */
  accessCsr(
    hart: number,
    number: number,
    update: number,
    operand: bigint,
    reads: number,
    writes: number,
  ): bigint;
  /** 1 where the last `accessCsr` was not allowed. */
  isCsrRefused(): number;
}

export function createEngine(
  compiler: WasmCompiler,
  memory: MachineMemory,
  callbacks: EngineCallbacks,
): Engine {
  memory.bytes.set(csrIndexTable(), constantTablesBase);
  memory.bytes.set(floatConstants(), floatConstantsBase);
  const code = buildModule(memory);
  const functions = {
    deviceLoad: callbacks.deviceLoad.bind(callbacks),
    deviceStore: callbacks.deviceStore.bind(callbacks),
    materialise: callbacks.materialise.bind(callbacks),
    codeWritten: callbacks.codeWritten.bind(callbacks),
    codeAllocate: callbacks.codeAllocate.bind(callbacks),
    codeDecode: callbacks.codeDecode.bind(callbacks),
    codeDecodeInto: callbacks.codeDecodeInto.bind(callbacks),
    breakpoint: callbacks.breakpoint.bind(callbacks),
    watched: callbacks.watched.bind(callbacks),
    hypercall: callbacks.hypercall.bind(callbacks),
    timerChanged: callbacks.timerChanged?.bind(callbacks) ?? (() => undefined),
  };
  const exports = compiler.instantiate(code, { memory: memory.wasm, functions });
  return exports as unknown as Engine;
}

function buildModule(memory: MachineMemory): Uint8Array {
  const module = new ModuleBuilder(memory.bytes.length / 65536);
  const devices = {
    load: module.import("deviceLoad", ["i32", "i32", "i32"], "i32"),
    store: module.import("deviceStore", ["i32", "i32", "i32", "i32"], undefined),
    watched: module.import("watched", ["i32", "i32", "i32", "i32"], "i32"),
  };
  const memoryImports = {
    materialise: module.import("materialise", ["i32", "i32"], "i32"),
    codeWritten: module.import("codeWritten", ["i32", "i32"], undefined),
  };
  const codeImports = {
    allocate: module.import("codeAllocate", ["i32"], "i32"),
    decode: module.import("codeDecode", ["i32"], undefined),
    decodeInto: module.import("codeDecodeInto", ["i32", "i32"], undefined),
    breakpoint: module.import("breakpoint", ["i32"], "i32"),
  };
  const hypercall = module.import("hypercall", ["i32"], undefined);
  const timerChanged = module.import("timerChanged", ["i32"], undefined);

  const physical = buildPhysicalMemory(module, memory.zeroFrame * pageBytes, memoryImports);
  const walk = buildWalk(module, physical, buildProtection(module));
  const context = buildContext(module);
  const traps = buildTraps(module, context);
  const access = buildMemoryAccess(module, { memory: physical, walk, context, traps, devices });
  const cacheBlocks = buildCacheBlocks(module, { memory: physical, walk, context, traps, access });
  const csr = buildCsrAccess(module, context, timerChanged);
  const float = buildSoftFloat(module);
  const run = buildRun(module);
  const step = buildStep(module, {
    memory: physical,
    walk,
    code: codeImports,
    hart: { context, traps, memory: access, cacheBlocks, csr, float, hypercall },
  });

  const execute = module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    f.loop((again) => {
      // Pending interrupts change only here: by a step, or by the monitor between two calls.
      f.if(h.get("mip").and(h.get("mie")).ne(0), () => f.do(traps.deliverInterrupt.call(hart)));
      f.do(run.call(hart));
      f.if(h.get("budget").eqz(), () => f.return(i32.const(stopCodes.budget)));
      f.do(step.call(hart));
      f.branchIf(h.get("stopRequest").eqz(), again);
    });
    f.return(h.get("stopRequest"));
  });
  module.export("execute", execute);
  module.export("step", step);
  module.export("selectContext", context.select);
  module.export("flush", context.flush);
  module.export("accessCsr", csr.access);
  module.export(
    "isCsrRefused",
    module.function([], "i32", (f) => f.return(csr.refused.get())),
  );
  return module.encode();
}
