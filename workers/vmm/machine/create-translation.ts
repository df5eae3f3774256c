import type { Bytes } from "../base/units.ts";
import type { WasmCompiler } from "../base/wasm-compiler.ts";
import { specialOperations } from "../interpreter/record.ts";
import { RegionWriter } from "../translator/region-writer.ts";
import { TranslationServer } from "../translator/translation-server.ts";

const wasmPageBytes: Bytes = 65_536;

/** A writer of regions that run beside this build's interpreter, over a machine memory of that size. */
export function createRegionWriter(compiler: WasmCompiler, memoryBytes: Bytes): RegionWriter {
  const { entry } = specialOperations;
  return new RegionWriter(compiler, {
    memoryPages: memoryBytes / wasmPageBytes,
    entryOperation: entry,
  });
}

/** For the thread that translates for the monitors of others, all over one machine memory. */
export function createTranslationServer(
  compiler: WasmCompiler,
  memoryBytes: Bytes,
): TranslationServer {
  return new TranslationServer(createRegionWriter(compiler, memoryBytes));
}
