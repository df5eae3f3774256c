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
import { buildContext } from "../hart/context.ts";
import { buildCsrAccess, csrIndexTable } from "../hart/csr-access.ts";
import { buildSoftFloat } from "../hart/float/soft-float.ts";
import { buildMemoryAccess } from "../hart/memory-access.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import { buildTraps } from "../hart/trap.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { constantTablesBase, pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { buildPhysicalMemory } from "../mmu/physical-memory.ts";
import { buildWalk } from "../mmu/walk.ts";
import { buildRun } from "./run.ts";
import { buildStep } from "./step.ts";

/** What generated code asks of the monitor. All operands and results are 32-bit numbers. */
export interface EngineCallbacks {
  /** A device register; sets the hart's `faulted` where nothing is mapped. */
  deviceLoad(hart: number, address: number, width: number): number;
  deviceStore(hart: number, address: number, width: number, value: number): undefined;
  /** Gives a page of RAM a private frame. @returns its map entry */
  materialise(hart: number, page: number): number;
  codeWritten(address: number, width: number): undefined;
  codeAllocate(frameAddress: number): number;
  codeDecode(record: number): undefined;
  codeDecodeInto(record: number, bits: number): undefined;
  hypercall(hart: number): undefined;
}

export interface Engine {
  execute(hart: number): number;
  step(hart: number): void;
  selectContext(hart: number): void;
  flush(hart: number): void;
}

export function createEngine(
  compiler: WasmCompiler,
  memory: MachineMemory,
  callbacks: EngineCallbacks,
): Engine {
  memory.bytes.set(csrIndexTable(), constantTablesBase);
  const code = buildModule(memory);
  const functions = {
    deviceLoad: callbacks.deviceLoad.bind(callbacks),
    deviceStore: callbacks.deviceStore.bind(callbacks),
    materialise: callbacks.materialise.bind(callbacks),
    codeWritten: callbacks.codeWritten.bind(callbacks),
    codeAllocate: callbacks.codeAllocate.bind(callbacks),
    codeDecode: callbacks.codeDecode.bind(callbacks),
    codeDecodeInto: callbacks.codeDecodeInto.bind(callbacks),
    hypercall: callbacks.hypercall.bind(callbacks),
  };
  const exports = compiler.instantiate(code, { memory: memory.wasm, functions });
  return exports as unknown as Engine;
}

function buildModule(memory: MachineMemory): Uint8Array {
  const module = new ModuleBuilder(memory.bytes.length / 65536);
  const devices = {
    load: module.import("deviceLoad", ["i32", "i32", "i32"], "i32"),
    store: module.import("deviceStore", ["i32", "i32", "i32", "i32"], undefined),
  };
  const memoryImports = {
    materialise: module.import("materialise", ["i32", "i32"], "i32"),
    codeWritten: module.import("codeWritten", ["i32", "i32"], undefined),
  };
  const codeImports = {
    allocate: module.import("codeAllocate", ["i32"], "i32"),
    decode: module.import("codeDecode", ["i32"], undefined),
    decodeInto: module.import("codeDecodeInto", ["i32", "i32"], undefined),
  };
  const hypercall = module.import("hypercall", ["i32"], undefined);

  const physical = buildPhysicalMemory(module, memory.zeroFrame * pageBytes, memoryImports);
  const walk = buildWalk(module, physical);
  const context = buildContext(module);
  const traps = buildTraps(module, context);
  const access = buildMemoryAccess(module, { memory: physical, walk, context, traps, devices });
  const csr = buildCsrAccess(module, context);
  const float = buildSoftFloat(module);
  const run = buildRun(module);
  const step = buildStep(module, {
    memory: physical,
    walk,
    code: codeImports,
    hart: { context, traps, memory: access, csr, float, hypercall },
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
  return module.encode();
}
