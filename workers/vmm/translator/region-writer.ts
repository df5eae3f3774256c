/**
 * Writes and compiles the code of shapes, several in a module, for a module costs the host more than
 * a function in it. Where the host refuses a module, each of its regions is tried alone: what cannot
 * be translated stays as it is and is interpreted, whatever was thrown for it.
 */
import { errorText } from "../base/error-text.ts";
import type { FunctionBody } from "../base/wasm/function-builder.ts";
import { ModuleBuilder } from "../base/wasm/module-builder.ts";
import type { WasmCompiler, WasmModule } from "../base/wasm-compiler.ts";
import { emitRegion } from "./emit-region.ts";
import { refusal } from "./refusal.ts";
import { decodeShape } from "./region-shape.ts";
import type { AnsweredRegion, TranslationAnswer, TranslationRequest } from "./translation.ts";

/** What a region's code is made for, besides its shape. */
export interface RegionTarget {
  /** Size of the machine memory in 64 KiB pages. */
  readonly memoryPages: number;
  /** The operation of records that are entries. */
  readonly entryOperation: number;
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
   * Code that was written before, as one module; the regions' names are their indices.
   *
   * @returns undefined where the host refuses it
   */
  assemble(bodies: readonly FunctionBody[]): WasmModule | undefined {
    const module = new ModuleBuilder(this.#target.memoryPages);
    bodies.forEach((body, i) => {
      module.export(`${i}`, module.encoded(["i32", "i32"], "i32", body));
    });
    const compiled = this.#compile(module);
    return "module" in compiled ? compiled.module : undefined;
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
