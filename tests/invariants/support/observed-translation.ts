/**
 * A monitor of which a test sees what generated code sees: the machine memory, where the harts are,
 * and which regions are live.
 */
import { compiler } from "../../../workers/host/compiler.ts";
import {
  type HeatPolicy,
  Monitor,
  type WasmCompiler,
  type WasmTable,
} from "../../../workers/vmm/mod.ts";

export interface ObservedTranslation {
  readonly monitor: Monitor;
  readonly memory: DataView;
  /** Addresses of the harts that were run so far; whoever disposes of a machine clears them. */
  readonly harts: Set<number>;
  /** Numbers of the regions in the function table. */
  readonly live: ReadonlySet<number>;
}

export function observedTranslation(memoryBytes: number, heat: HeatPolicy): ObservedTranslation {
  const harts = new Set<number>();
  const live = new Set<number>();
  let memory: DataView | undefined;
  const observing: WasmCompiler = {
    ...compiler,
    createMemory(bytes) {
      const made = compiler.createMemory(bytes);
      memory = new DataView(made.buffer);
      return made;
    },
    createTable(size) {
      const table = compiler.createTable(size);
      const set = table.set.bind(table);
      // The host knows its tables by themselves: nothing else may be handed on to generated code.
      Object.defineProperty(table, "set", {
        value: ((number, target) => {
          set(number, target);
          if (target === null) live.delete(number);
          else live.add(number);
        }) satisfies WasmTable["set"],
      });
      return table;
    },
    instantiate(code, imports) {
      const exports = compiler.instantiate(code, imports);
      const { execute } = exports;
      if (!execute) return exports;
      const observed = (hart: number) => {
        harts.add(hart);
        return execute(hart);
      };
      return { ...exports, execute: observed };
    },
  };
  const monitor = Monitor.create({ compiler: observing, memoryBytes, heat });
  if (!memory) throw new Error("the monitor took no memory");
  return { monitor, memory, harts, live };
}
