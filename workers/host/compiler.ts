import type { WasmCompiler, WasmExports, WasmMemory, WasmModule, WasmTable } from "../vmm/mod.ts";

/** What is used of the host's `WebAssembly`; its full types belong to the DOM library. */
interface HostWebAssembly {
  readonly Memory: new (limits: {
    initial: number;
    maximum: number;
    shared: boolean;
  }) => WasmMemory;
  readonly Table: new (limits: {
    element: "anyfunc";
    initial: number;
    maximum: number;
  }) => WasmTable;
  readonly Module: new (code: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { env: Record<string, unknown> },
  ) => { readonly exports: WasmExports };
  readonly RuntimeError: new () => Error;
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: HostWebAssembly };

const wasmPageBytes = 65_536;

/**
 * The host's WebAssembly as the monitor's capability, the same under Node and Deno.
 *
 * Compiles on the calling thread: what the monitor emits is small, and a machine that waits for its
 * code has nothing else to do.
 */
export const compiler: WasmCompiler = {
  createMemory(bytes) {
    const pages = bytes / wasmPageBytes;
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  },

  createTable(size) {
    return new WebAssembly.Table({ element: "anyfunc", initial: size, maximum: size });
  },

  compile: (code) => new WebAssembly.Module(code),

  instantiate(code, { memory, table, functions }) {
    const module = code instanceof Uint8Array ? new WebAssembly.Module(code) : code;
    return new WebAssembly.Instance(module, { env: { ...functions, memory, table } }).exports;
  },

  isTrap(error) {
    // A stack that is too small is no `RuntimeError` of V8's.
    const isOverflow = error instanceof RangeError && error.message.includes("call stack");
    return isOverflow || error instanceof WebAssembly.RuntimeError;
  },
};
