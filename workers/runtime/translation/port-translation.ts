import type { TranslationAnswer, TranslationRequest, TranslationService } from "../../vmm/mod.ts";
import type { TranslationPort } from "./translation-port.ts";

/**
 * Has another thread translate. Answers arrive when the thread's event loop turns, which whoever
 * drives machines must let it do now and then; until then their code is interpreted.
 */
export class PortTranslation implements TranslationService {
  readonly #port: TranslationPort;
  #answers: TranslationAnswer[] = [];

  constructor(port: TranslationPort) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      this.#answers.push(...data);
    };
  }

  request(requests: readonly TranslationRequest[]): void {
    this.#port.postMessage(requests);
  }

  take(): readonly TranslationAnswer[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }
}
