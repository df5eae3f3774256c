import type { WasmCompiler } from "../../workers/vmm/mod.ts";

/**
 * A host that cannot compile some of the regions that it is given, as one without memory left or
 * with a defect in its compiler. The interpreter, which has many imports, it can always compile.
 *
 * @param fails asked for each region, with how many were asked for before
 */
export function failingCompiler(
  inner: WasmCompiler,
  fails: (region: number) => boolean,
): WasmCompiler {
  let regions = 0;
  return {
    createMemory: (bytes) => inner.createMemory(bytes),
    createTable: (size) => inner.createTable(size),
    instantiate(code, imports) {
      const isRegion = Object.keys(imports.functions).length === 0;
      if (!isRegion || !fails(regions++)) return inner.instantiate(code, imports);
      if (regions % 2 === 0) throw new RangeError("out of memory");
      // What the host throws for a module that it does not understand.
      return inner.instantiate(code.subarray(0, code.length / 2), imports);
    },
  };
}
