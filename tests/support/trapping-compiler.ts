import type { WasmCompiler, WasmExports } from "../../workers/vmm/mod.ts";
import { type TrapKind, trappingModule } from "./trapping-module.ts";

/**
 * A host with a defect in its compiler: functions of some modules of regions end in a trap. The
 * interpreter is as it should be.
 *
 * @param traps asked for each module of regions, with how many there were before
 */
export function trappingCompiler(
  inner: WasmCompiler,
  kind: TrapKind,
  traps: (module: number) => boolean,
): WasmCompiler {
  const broken = inner.compile(trappingModule(kind));
  let modules = 0;
  return {
    ...inner,
    instantiate(code, imports) {
      const exports = inner.instantiate(code, imports);
      if ("execute" in exports || !traps(modules++)) return exports;
      const replaced = Object.entries(exports).map(([name, original]) => {
        const { region } = inner.instantiate(broken, { ...imports, functions: { original } });
        return [name, region];
      });
      return Object.fromEntries(replaced) as WasmExports;
    },
  };
}
