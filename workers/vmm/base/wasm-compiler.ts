/**
 * WebAssembly as a capability. `vmm` is compiled without the DOM, Node or Deno types, so what it
 * uses of the host's WebAssembly stands here in its own words.
 */

/** The one machine memory: a shared, never growing `WebAssembly.Memory`. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Exports that the monitor uses: functions over numbers only (64-bit values travel through memory). */
export type WasmExports = Readonly<Record<string, (...operands: number[]) => number>>;

/** A table of functions that generated code calls by number. */
export interface WasmTable {
  set(index: number, target: unknown): void;
}

/** A compiled module. It may be sent to another thread, which then has no need to compile it. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

/** Imports by field name; all are fields of the module `env`. */
export interface WasmImports {
  readonly memory: WasmMemory;
  readonly table?: WasmTable;
  readonly functions: Readonly<Record<string, (...operands: number[]) => number | undefined>>;
}

export interface WasmCompiler {
  /** Reserves `bytes` (a multiple of 64 KiB, at most 4 GiB) of zeros; untouched pages cost nothing. */
  createMemory(bytes: number): WasmMemory;
  /** A function table of a fixed size, empty. */
  createTable(size: number): WasmTable;
  /** Throws what the host throws when `code` is not valid. */
  compile(code: Uint8Array): WasmModule;
  /** Of code that is not compiled it does that first. */
  instantiate(code: WasmModule | Uint8Array, imports: WasmImports): WasmExports;
  /** Whether generated code has ended in a trap: what was thrown is the host's, no callback's. */
  isTrap(error: unknown): boolean;
}
