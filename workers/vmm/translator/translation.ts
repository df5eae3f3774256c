/**
 * Who writes and compiles the code of regions: the thread that runs the guest, or another one.
 *
 *     service.request([{ id, shape }]);      // at once, it never waits
 *     for (const answer of service.take()) … // what is done by now, in any order
 *
 * Each request is answered once, one that cannot be fulfilled with the problem: neither function throws
 * for a shape. The guest goes on meanwhile in the interpreter.
 */
import type { FunctionBody } from "../base/wasm/function-builder.ts";
import type { WasmModule } from "../base/wasm-compiler.ts";

export interface TranslationRequest {
  /** Chosen by whoever asks. */
  readonly id: number;
  /** A `RegionShape` as words. */
  readonly shape: Int32Array;
}

/** A region's code, which is good for any place where its shape is found. */
export interface TranslatedRegion {
  /** Name of the module's export: (hart, address of the entry) → one of `regionResults`. */
  readonly name: string;
  /** Places that can be entered, in the order of the function's entries. */
  readonly entries: readonly number[];
  /** For another module to have it, too. */
  readonly body: FunctionBody;
}

/** What one module answers. */
export interface TranslationAnswer {
  /** Undefined where the host could not compile it: none of the regions is there. */
  readonly module: WasmModule | undefined;
  /** Bytes of WebAssembly that were compiled for it; 0 where it was known. */
  readonly bytes: number;
  readonly regions: readonly AnsweredRegion[];
  /** What nobody here has asked for, and somebody may: it was kept from an earlier run. */
  readonly kept?: readonly OfferedRegion[];
}

/** A region with the shape that it is the code of. */
export interface OfferedRegion {
  /** A `RegionShape` as words. */
  readonly shape: Int32Array;
  readonly region: TranslatedRegion;
}

export interface AnsweredRegion extends Pick<TranslationRequest, "id"> {
  /** Undefined for what the host's compiler refuses, or its stack is too small for. */
  readonly region: TranslatedRegion | undefined;
  /** Why there is none. */
  readonly problem?: string;
  /** It may be asked for once more: whoever was to write it has ended meanwhile. */
  readonly isLost?: boolean;
}

export interface TranslationService {
  request(requests: readonly TranslationRequest[]): void;
  take(): readonly TranslationAnswer[];
}
