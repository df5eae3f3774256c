import { BlobError } from "../../../shared/blob/blob-error.ts";
import type { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { LaterPages } from "../checkpoint/later-pages.ts";
import { readSavedRun } from "../checkpoint/read-saved-run.ts";
import { toContent } from "../checkpoint/to-content.ts";
import type { ReadableFrames, TemplateKeeper } from "../run-guest.ts";
import type { TemplateOutcome } from "../telemetry/worker-metrics.ts";
import type { FoundTemplate } from "../thread/found-template.ts";
import type { TemplateKey } from "../thread/thread-protocol.ts";

/** How long a template that nobody uses stays in the store. */
const keptMilliseconds = 14 * 24 * 3600 * 1000;

/**
 * The templates of a worker in the store: those that it finds there its threads need not make.
 *
 * Nothing here fails a run. A store that does not answer, a template that is lost or damaged: it is
 * told, and the machine is booted.
 */
export class WorkerTemplates {
  readonly #store: CheckpointStore;
  readonly #tell: (line: string) => void;
  readonly #count: (outcome: TemplateOutcome) => void;
  /** Those of which what is stored cannot be used. */
  readonly #unusable = new Set<TemplateKey>();
  /** Of which threads may still want a page. */
  readonly #later = new Map<TemplateKey, LaterPages>();

  /** @param tell for whoever reads the worker's log @param count for its metrics */
  constructor(
    store: CheckpointStore,
    tell: (line: string) => void,
    count: (outcome: TemplateOutcome) => void = () => undefined,
  ) {
    this.#store = store;
    this.#tell = tell;
    this.#count = count;
  }

  /** @param assignment whose runs they are; it stands beside what is stored */
  of(assignment: string): TemplateKeeper {
    return {
      find: (key) => this.#find(key),
      page: async (key, page) => this.#later.get(key)?.page(page),
      keep: (key, template) => this.#keep(key, template, assignment),
    };
  }

  /** It gives no machine: what is made now takes its place. */
  refuse(key: TemplateKey, reason: string): void {
    if (!this.#unusable.has(key)) {
      this.#tell(`${named(key)} cannot be used, so machines are booted: ${reason}`);
    }
    this.#unusable.add(key);
    this.#count("refused");
  }

  async #find(key: TemplateKey): Promise<FoundTemplate | undefined> {
    if (this.#unusable.has(key)) return undefined;
    try {
      const image = await this.#store.open("template", key);
      if (image === undefined) return undefined;
      const saved = await readSavedRun(image);
      const later = new LaterPages(image, saved.absent, (error) => this.refuse(key, text(error)));
      await this.#store.prolong("template", key, keptMilliseconds);
      this.#later.set(key, later);
      this.#count("read");
      return { saved, rest: later.rest() };
    } catch (error) {
      this.refuse(key, text(error));
      return undefined;
    }
  }

  async #keep(key: TemplateKey, template: ReadableFrames, assignment: string): Promise<void> {
    try {
      const claim = { name: key, epoch: 0, labels: { assignment } };
      if (this.#unusable.has(key)) await this.#store.remove("template", key, 0);
      const writer = await this.#store.template(claim, keptMilliseconds);
      // Another worker was quicker, and made the same.
      if (writer.last !== undefined) return;
      await writer.publish(toContent(template));
      this.#unusable.delete(key);
      this.#count("stored");
      this.#tell(`${named(key)} is stored`);
    } catch (error) {
      // Another one was quicker by a moment.
      if (error instanceof BlobError && error.code === "stale") return;
      this.#tell(`${named(key)} is not stored: ${text(error)}`);
    }
  }
}

function named(key: TemplateKey): string {
  return `template ${key.slice(0, 12)}`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
