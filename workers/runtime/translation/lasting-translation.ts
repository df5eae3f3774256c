/**
 * Translation for all threads of a worker, which outlives the thread that does it: where that one dies, by
 * a defect of its own or because the host gives it no more memory, another one takes its place. What it
 * knew is translated anew when somebody asks; what it was about may have been why, and is asked for once
 * more and no more.
 *
 *     const translation = new LastingTranslation(spawnTranslation, memoryBytes, tell);
 *     translation.connect(3, (port) => thread.post({ type: "translation", port }));
 *
 * When several have died nobody translates any more: what is not translated by then stays interpreted.
 */
import type { ServedPort, TranslationPort } from "./translation-port.ts";
import type { SpawnTranslationThread, TranslationThread } from "./translation-thread.ts";

/** Gives a monitor's thread its end of a channel; nothing where nobody translates any more. */
export type GivePort = (port: TranslationPort | undefined) => void;

/** Threads that are made, one after the other. */
const mostThreads = 4;

export class LastingTranslation {
  readonly #start: (onDeath: (reason: string) => void) => TranslationThread;
  readonly #tell: (line: string) => void;
  readonly #clients = new Map<number, GivePort>();
  #thread: TranslationThread | undefined;
  #threads = 0;

  /** @param tell hears of each thread that has died */
  constructor(spawn: SpawnTranslationThread, memoryBytes: number, tell: (line: string) => void) {
    this.#start = (onDeath) => spawn(memoryBytes, onDeath);
    this.#tell = tell;
    this.#thread = this.#next();
  }

  /** @param give is called now, and again whenever the thread is another one */
  connect(client: number, give: GivePort): void {
    this.#clients.set(client, give);
    this.#join(client, give);
  }

  forget(client: number): void {
    this.#clients.delete(client);
    this.#thread?.forget(client);
  }

  /** Translations of an earlier run. A thread that takes the place of this one does not have them. */
  useKeptCode(code: Uint8Array): void {
    this.#thread?.useKeptCode(code);
  }

  async terminate(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #next(): TranslationThread | undefined {
    if (this.#threads === mostThreads) return undefined;
    this.#threads++;
    const thread = this.#start((reason) => this.#died(thread, reason));
    return thread;
  }

  #died(thread: TranslationThread, reason: string): void {
    if (this.#thread !== thread) return;
    this.#thread = this.#next();
    const then = this.#thread
      ? "another one takes its place"
      : "code that is not translated by now stays interpreted";
    this.#tell(`the translation thread has died (${reason}): ${then}`);
    for (const [client, give] of this.#clients) this.#join(client, give);
  }

  #join(client: number, give: GivePort): void {
    if (!this.#thread) {
      give(undefined);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.#thread.connect(client, port2 as unknown as ServedPort);
    give(port1 as unknown as TranslationPort);
  }
}
