/** The bytes of the engine's module: all of the interpreter, from the rows of the instruction table. */
import { ModuleBuilder } from "../base/wasm/module-builder.ts";
import { buildCacheBlocks } from "../hart/cache-block.ts";
import { buildContext } from "../hart/context.ts";
import { buildCsrAccess } from "../hart/csr-access.ts";
import { buildEventCounters } from "../hart/event-counters.ts";
import { buildSoftFloat } from "../hart/float/soft-float.ts";
import { buildMemoryAccess } from "../hart/memory-access.ts";
import { buildTraps } from "../hart/trap.ts";
import { buildTriggers } from "../hart/triggers.ts";
import { smallestMemoryBytes } from "../memory/layout.ts";
import { buildPhysicalMemory } from "../mmu/physical-memory.ts";
import { buildProtection } from "../mmu/protection.ts";
import { buildWalk } from "../mmu/walk.ts";
import { buildExecute, type HeatPolicy } from "./execute.ts";
import { buildPrepare } from "./prepare.ts";
import { buildRun } from "./run.ts";
import { buildStep } from "./step.ts";

const wasmPageBytes = 65_536;
const mostWasmPages = 65_536;

/** A region costs about a millisecond: what is translated has cost about as much already (75 looks). */
export const usualHeat: HeatPolicy = {
  interval: 4000,
  sampleMarks: 32,
  hotMarks: 2400,
  keptMarks: 2048,
  joinArrivals: 50_000,
  adaptExits: 20_000,
  fading: 12_000,
  patience: 8,
};

/** 120 KB for each policy: whoever makes many monitors would write the same ever again. */
const written = new WeakMap<HeatPolicy, Uint8Array>();

/**
 * The engine's module, for machine memories of every size. Its bytes may be another one's, too: they
 * are not to be changed.
 *
 * @param heat the usual one where it is not said
 */
export function engineModule(heat: HeatPolicy = usualHeat): Uint8Array {
  const bytes = written.get(heat) ?? writeEngine(heat);
  written.set(heat, bytes);
  return bytes;
}

function writeEngine(heat: HeatPolicy): Uint8Array {
  const module = new ModuleBuilder(smallestMemoryBytes / wasmPageBytes, mostWasmPages);
  const devices = {
    load: module.import("deviceLoad", ["i32", "i32", "i32"], "i32"),
    store: module.import("deviceStore", ["i32", "i32", "i32", "i32"], undefined),
    watched: module.import("watched", ["i32", "i32", "i32", "i32"], "i32"),
  };
  const memoryImports = {
    materialise: module.import("materialise", ["i32", "i32"], "i32"),
    absent: module.import("absent", ["i32", "i32"], undefined),
    codeWritten: module.import("codeWritten", ["i32", "i32", "i32"], undefined),
  };
  const codeImports = {
    allocate: module.import("codeAllocate", ["i32"], "i32"),
    decode: module.import("codeDecode", ["i32", "i32"], "i32"),
    decodeInto: module.import("codeDecodeInto", ["i32", "i32"], undefined),
    breakpoint: module.import("breakpoint", ["i32", "i32"], "i32"),
  };
  const hypercall = module.import("hypercall", ["i32"], undefined);
  const hot = module.import("hot", ["i32", "i32"], undefined);
  const translate = module.import("translate", ["i32"], undefined);
  const timerChanged = module.import("timerChanged", ["i32"], undefined);
  const countersChanged = module.import("countersChanged", ["i32"], undefined);
  const timeExit = module.import("timeExit", ["i32", "i32"], undefined);

  const physical = buildPhysicalMemory(module, memoryImports);
  const walk = buildWalk(module, physical, buildProtection(module));
  const counters = buildEventCounters(module, countersChanged);
  const context = buildContext(module, counters);
  const traps = buildTraps(module, context);
  const triggers = buildTriggers(module);
  const shared = { memory: physical, walk, context, traps, triggers };
  const access = buildMemoryAccess(module, { ...shared, devices });
  const cacheBlocks = buildCacheBlocks(module, { ...shared, access });
  const csr = buildCsrAccess(module, context, counters, timerChanged);
  const float = buildSoftFloat(module);
  const run = buildRun(module);
  const step = buildStep(module, {
    memory: physical,
    walk,
    code: codeImports,
    triggers,
    hart: { context, traps, memory: access, cacheBlocks, csr, float, hypercall },
  });

  const prepare = buildPrepare(module, codeImports);
  const execute = buildExecute(module, {
    heat,
    run,
    step,
    prepare,
    hot,
    translate,
    timeExit,
    traps,
    context,
  });
  module.export("execute", execute);
  module.export("step", step);
  module.export("deliverInterrupt", traps.deliverInterrupt);
  module.export("selectContext", context.select);
  module.export("flush", context.flush);
  module.export("flushPage", context.flushPage);
  module.export("flushSpace", context.flushSpace);
  module.export("flushSpacePage", context.flushSpacePage);
  module.export("updateCounters", counters.update);
  module.export("accessCsr", csr.access);
  module.export(
    "isCsrRefused",
    module.function([], "i32", (f) => f.return(csr.refused.get())),
  );
  return module.encode();
}
