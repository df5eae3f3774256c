import type { WasmCompiler } from "../../workers/vmm/mod.ts";

/**
 * A host that cannot compile some of what it is given, as one without memory left or with a defect in
 * its compiler. It is for regions: the interpreter is made by the host's own.
 *
 * @param fails asked for each module, with how many were asked for before
 */
export function failingCompiler(
  inner: WasmCompiler,
  fails: (module: number) => boolean,
): WasmCompiler {
  let modules = 0;
  return {
    ...inner,
    compile(code) {
      if (!fails(modules++)) return inner.compile(code);
      if (modules % 2 === 0) throw new RangeError("out of memory");
      // What the host throws for a module that it does not understand.
      return inner.compile(code.subarray(0, code.length / 2));
    },
  };
}
