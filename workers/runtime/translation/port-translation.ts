import type { TranslationAnswer, TranslationRequest, TranslationService } from "../../vmm/mod.ts";
import type { TranslationPort } from "./translation-port.ts";

/**
 * Has another thread translate. Answers arrive when the thread's event loop turns, which whoever
 * drives machines must let it do now and then; until then their code is interpreted.
 *
 * That thread may end: what it owed is answered as lost, and asked of the next one, if there is one.
 */
export class PortTranslation implements TranslationService {
  #port: TranslationPort | undefined;
  readonly #owed = new Set<TranslationRequest["id"]>();
  #answers: TranslationAnswer[] = [];

  constructor(port?: TranslationPort) {
    this.renew(port);
  }

  /** From now on another thread is asked, or nobody, where it is not said. */
  renew(port: TranslationPort | undefined): void {
    const old = this.#port;
    if (old) old.onmessage = null;
    this.#refuse([...this.#owed], "the thread that was to translate it has ended", true);
    this.#owed.clear();
    this.#port = port;
    if (!port) return;
    port.onmessage = ({ data }) => {
      for (const { regions } of data) for (const { id } of regions) this.#owed.delete(id);
      this.#answers.push(...data);
    };
  }

  request(requests: readonly TranslationRequest[]): void {
    const ids = requests.map(({ id }) => id);
    if (!this.#port) {
      this.#refuse(ids, "there is no thread that translates any more", false);
      return;
    }
    this.#port.postMessage(requests);
    for (const id of ids) this.#owed.add(id);
  }

  take(): readonly TranslationAnswer[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  #refuse(ids: readonly TranslationRequest["id"][], problem: string, isLost: boolean): void {
    if (ids.length === 0) return;
    const regions = ids.map((id) => ({ id, region: undefined, problem, isLost }));
    this.#answers.push({ module: undefined, bytes: 0, regions });
  }
}
