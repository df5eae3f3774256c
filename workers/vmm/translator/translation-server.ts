/**
 * Translates for several threads, so that they go on meanwhile and nothing is written or compiled
 * twice: what one of them asked for is known when another one does.
 *
 *     const server = createTranslationServer(compiler, memoryBytes);
 *     port.onmessage = ({ data }) => port.postMessage(server.answer(data));
 */
import { errorText } from "../base/error-text.ts";
import type { WasmModule } from "../base/wasm-compiler.ts";
import { refusal } from "./refusal.ts";
import { shapeKey } from "./region-shape.ts";
import type { RegionWriter } from "./region-writer.ts";
import type { TranslatedRegion, TranslationAnswer, TranslationRequest } from "./translation.ts";

interface KnownRegion {
  readonly module: WasmModule;
  readonly region: TranslatedRegion;
}

/** As many as a thread keeps (`code-library.ts`): what is known here stays in memory, too. */
const mostKnown = 2000;

export class TranslationServer {
  readonly #writer: Pick<RegionWriter, "write">;
  readonly #most: number;
  /** By key, what was asked for longest ago first. */
  readonly #known = new Map<string, KnownRegion>();

  constructor(writer: Pick<RegionWriter, "write">, most = mostKnown) {
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
    const answers: TranslationAnswer[] = [];
    const others: TranslationRequest[] = [];
    const keys = new Map<number, string>();
    for (const request of requests) {
      const key = shapeKey(request.shape);
      keys.set(request.id, key);
      const known = this.#known.get(key);
      if (!known) others.push(request);
      else {
        this.#keep(key, known);
        const { module, region } = known;
        answers.push({ module, bytes: 0, regions: [{ id: request.id, region }] });
      }
    }
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

  #keep(key: string, known: KnownRegion): void {
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#most && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, known);
  }
}
