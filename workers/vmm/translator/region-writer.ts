/**
 * Writes and compiles the code of shapes, several in a module, for a module costs the host more than
 * a function in it. Where the host refuses a module, each of its regions is tried alone: what cannot
 * be translated stays as it is and is interpreted, whatever was thrown for it.
 */
import { errorText } from "../base/error-text.ts";
import type { HashStart } from "../base/hash-start.ts";
import { ModuleBuilder } from "../base/wasm/module-builder.ts";
import type { WasmCompiler, WasmModule } from "../base/wasm-compiler.ts";
import { emitRegion } from "./emit-region.ts";
import { decodeKeptCode } from "./kept-code.ts";
import { refusal } from "./refusal.ts";
import { decodeShape } from "./region-shape.ts";
import type {
  AnsweredRegion,
  OfferedRegion,
  TranslationAnswer,
  TranslationRequest,
} from "./translation.ts";

/** What a region's code is made for, besides its shape. */
export interface RegionTarget {
  /** Size of the machine memory in 64 KiB pages. */
  readonly memoryPages: number;
  /** The operation of records that are entries. */
  readonly entryOperation: number;
}

/** Code that was kept, compiled. */
export interface KeptModule {
  readonly module: WasmModule;
  readonly kept: readonly OfferedRegion[];
}

export class RegionWriter {
  readonly #compiler: WasmCompiler;
  readonly #target: RegionTarget;

  constructor(compiler: WasmCompiler, target: RegionTarget) {
    this.#compiler = compiler;
    this.#target = target;
  }

  write(requests: readonly TranslationRequest[]): readonly TranslationAnswer[] {
    const module = new ModuleBuilder(this.#target.memoryPages);
    const regions = requests.map((request) => this.#emit(module, request));
    const emitted = regions.filter(({ region }) => region !== undefined);
    if (emitted.length === 0) return [{ module: undefined, bytes: 0, regions }];
    const compiled = this.#compile(module);
    if ("module" in compiled) return [{ ...compiled, regions }];
    if (requests.length > 1) return requests.flatMap((request) => this.write([request]));
    return [refusal(requests, compiled.problem)];
  }

  /**
   * Makes one module of code that was written before, as `keepCode` gave it.
   *
   * @param start the runtime's own SHA-256, where there is one
   * @throws Failure `kept-code-damaged`; Error where the host refuses the module
   */
  assemble(code: Uint8Array, start?: HashStart): KeptModule {
    const module = new ModuleBuilder(this.#target.memoryPages);
    const kept = decodeKeptCode(code, start).map(({ shape, entries, body }, i) => {
      const name = `${i}`;
      module.export(name, module.encoded(["i32", "i32"], "i32", body));
      return { shape, region: { name, entries, body } };
    });
    const compiled = this.#compile(module);
    if ("problem" in compiled) throw new Error(compiled.problem);
    return { module: compiled.module, kept };
  }

  #emit(module: ModuleBuilder, { id, shape }: TranslationRequest): AnsweredRegion {
    try {
      const { code, entries } = emitRegion(module, decodeShape(shape), this.#target.entryOperation);
      const name = `${code.index}`;
      module.export(name, code);
      return { id, region: { name, entries, body: module.bodyOf(code) } };
    } catch (error) {
      return { id, region: undefined, problem: errorText(error) };
    }
  }

  #compile(module: ModuleBuilder): { module: WasmModule; bytes: number } | { problem: string } {
    try {
      const code = module.encode();
      return { module: this.#compiler.compile(code), bytes: code.length };
    } catch (error) {
      return { problem: errorText(error) };
    }
  }
}
