/**
 * Loaded before a program (`node --import`, `deno run --preload`): a host whose compiler has a defect.
 * Translated regions end in a trap, at once or when a register of the guest has counted down; all else is
 * as it should be.
 *
 *     trap-regions.ts?register=18&least=6
 */
import { compiler } from "../../workers/host/compiler.ts";
import type { WasmExports, WasmImports, WasmModule } from "../../workers/vmm/mod.ts";
import { trappingModule } from "./trapping-module.ts";

interface HostInstance {
  readonly exports: WasmExports;
}
type MakeInstance = new (
  module: WasmModule,
  imports?: { env?: Pick<WasmImports, "memory"> },
) => HostInstance;

const { WebAssembly: host } = globalThis as unknown as { WebAssembly: { Instance: MakeInstance } };
const { searchParams } = new URL(import.meta.url);
const [register, least] = ["register", "least"].map((name) => Number(searchParams.get(name) ?? 0));
const { Instance } = host;
const broken = compiler.compile(
  trappingModule("unreachable", least && register ? { register, least } : undefined),
);

/** A module of the monitor's that is not its interpreter. */
function isOfRegions(
  { exports }: HostInstance,
  memory: WasmImports["memory"] | undefined,
): boolean {
  return memory?.buffer instanceof SharedArrayBuffer && !("execute" in exports);
}

host.Instance = function trapping(module: WasmModule, imports?: { env?: WasmImports }) {
  const instance = new Instance(module, imports);
  const memory = imports?.env?.memory;
  if (!isOfRegions(instance, memory)) return instance;
  const exports = Object.entries(instance.exports).map(([name, original]) => {
    const env = { memory, original } as unknown as WasmImports;
    return [name, new Instance(broken, { env }).exports.region];
  });
  return { exports: Object.fromEntries(exports) };
} as unknown as MakeInstance;
