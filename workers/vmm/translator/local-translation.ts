import type { RegionWriter } from "./region-writer.ts";
import type { TranslationAnswer, TranslationRequest, TranslationService } from "./translation.ts";

/** Translates on the thread that asks, before `request` comes back. */
export class LocalTranslation implements TranslationService {
  readonly #writer: RegionWriter;
  #answers: TranslationAnswer[] = [];

  constructor(writer: RegionWriter) {
    this.#writer = writer;
  }

  request(requests: readonly TranslationRequest[]): void {
    this.#answers.push(...this.#writer.write(requests));
  }

  take(): readonly TranslationAnswer[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }
}
