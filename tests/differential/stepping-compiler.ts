import { hartFields } from "../../workers/vmm/isa/hart-layout.ts";
import type { WasmCompiler } from "../../workers/vmm/mod.ts";

interface Engine {
  execute(hart: number): number;
  step(hart: number): void;
}

/**
 * A compiler whose engine executes every instruction by its exact `step`: a budget of 0 lets
 * `execute` deliver interrupts, and nothing else.
 */
export function steppingCompiler(inner: WasmCompiler): WasmCompiler {
  return {
    ...inner,
    instantiate(code, imports) {
      const exports = inner.instantiate(code, imports);
      const engine = exports as unknown as Engine;
      const words = new Int32Array(imports.memory.buffer);
      const fieldOf = (hart: number, name: "budget" | "stopRequest") =>
        (hart + hartFields[name].offset) / 4;
      const execute = (hart: number): number => {
        const budget = fieldOf(hart, "budget");
        const stopRequest = fieldOf(hart, "stopRequest");
        for (;;) {
          const left = words[budget] as number;
          words[budget] = 0;
          const code = engine.execute(hart);
          words[budget] = left;
          if (left === 0) return code;
          engine.step(hart);
          if (words[stopRequest] !== 0) return words[stopRequest] as number;
        }
      };
      return { ...exports, execute };
    },
  };
}
