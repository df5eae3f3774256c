/**
 * Translates for several threads, so that they go on meanwhile and nothing is written or compiled
 * twice: what one of them asked for is known when another one does.
 *
 *     const server = createTranslationServer(compiler, memoryBytes);
 *     port.postMessage(server.kept);
 *     port.onmessage = ({ data }) => port.postMessage(server.answer(data));
 */
import { errorText } from "../base/error-text.ts";
import type { HashStart } from "../base/hash-start.ts";
import type { WasmModule } from "../base/wasm-compiler.ts";
import { refusal } from "./refusal.ts";
import { shapeKey } from "./region-shape.ts";
import type { RegionWriter } from "./region-writer.ts";
import type {
  AnsweredRegion,
  TranslatedRegion,
  TranslationAnswer,
  TranslationRequest,
} from "./translation.ts";

interface KnownRegion {
  readonly module: WasmModule;
  readonly region: TranslatedRegion;
}

/** As many as a thread keeps (`code-library.ts`): what is known here stays in memory, too. */
const mostKnown = 2000;
/** Images of which a thread that begins late is told. */
const mostKept = 8;

export class TranslationServer {
  readonly #writer: Pick<RegionWriter, "write" | "assemble">;
  readonly #most: number;
  /** By key, what was not asked for for longest first. */
  readonly #known = new Map<string, KnownRegion>();
  #kept: readonly TranslationAnswer[] = [];

  constructor(writer: Pick<RegionWriter, "write" | "assemble">, most = mostKnown) {
    this.#writer = writer;
    this.#most = most;
  }

  /** Answers each request once, whatever goes wrong. */
  answer(requests: readonly TranslationRequest[]): readonly TranslationAnswer[] {
    try {
      return this.#answer(requests);
    } catch (error) {
      return this.refuse(requests, error);
    }
  }

  /** For an answer that could not be sent. */
  refuse(requests: readonly TranslationRequest[], error: unknown): readonly TranslationAnswer[] {
    return [refusal(requests, errorText(error))];
  }

  #answer(requests: readonly TranslationRequest[]): readonly TranslationAnswer[] {
    const known = new Map<WasmModule, AnsweredRegion[]>();
    const others: TranslationRequest[] = [];
    const keys = new Map<number, string>();
    for (const request of requests) {
      const key = shapeKey(request.shape);
      keys.set(request.id, key);
      const found = this.#known.get(key);
      if (!found) others.push(request);
      else {
        const { module, region } = found;
        // Each module once: whoever gets it makes an instance of it.
        const regions = known.get(module) ?? [];
        regions.push({ id: request.id, region });
        known.set(module, regions);
        this.#keep(key, found);
      }
    }
    const answers: TranslationAnswer[] = [...known].map(([module, regions]) => {
      return { module, bytes: 0, regions };
    });
    if (others.length === 0) return answers;
    for (const answer of this.#writer.write(others)) {
      answers.push(answer);
      for (const { id, region } of answer.regions) {
        if (answer.module && region) {
          this.#keep(keys.get(id) ?? "", { module: answer.module, region });
        }
      }
    }
    return answers;
  }

  /**
   * Has code compiled that was kept from an earlier run.
   *
   * @param start the runtime's own SHA-256, where there is one
   * @returns what each of those that ask is to be told, for it will need it; nothing where it is damaged
   */
  useKeptCode(code: Uint8Array, start?: HashStart): readonly TranslationAnswer[] {
    try {
      const { module, kept } = this.#writer.assemble(code, start);
      for (const { shape, region } of kept) this.#keep(shapeKey(shape), { module, region });
      const answer = { module, bytes: 0, regions: [], kept };
      this.#kept = [...this.#kept, answer].slice(-mostKept);
      return [answer];
    } catch {
      return [];
    }
  }

  /** For somebody who asks from now on: what the others were told of kept code. */
  get kept(): readonly TranslationAnswer[] {
    return this.#kept;
  }

  #keep(key: string, known: KnownRegion): void {
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#most && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, known);
  }
}
