import type { Bytes } from "../base/units.ts";
import type { WasmMemory } from "../base/wasm-compiler.ts";
import type { PcpuPlace } from "../memory/machine-memory.ts";

/** A machine memory of several threads, for one of them; made by `MemoryKeeper`. Can be posted. */
export interface MemoryShare extends PcpuPlace {
  readonly wasm: WasmMemory;
}

/** The most that a 32-bit WebAssembly memory can have, as address space. */
export const largestMemoryBytes: Bytes = 2 ** 32;
