/**
 * Roots of runs that are over and could not be given up, because the store was full or away: a root that
 * stays keeps its checkpoint for ever. They are tried again now and then, for as long as this worker lives.
 *
 *     left.add(name, epoch);
 *     await left.retry();
 */
import { BlobError } from "../../../shared/blob/blob-error.ts";
import type { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { log } from "../../../shared/telemetry/log.ts";

/** A store that is away for days is no reason to remember everything. */
const most = 10_000;

export class LeftRoots {
  readonly #store: Pick<CheckpointStore, "remove">;
  readonly #epochs = new Map<string, number>();

  constructor(store: Pick<CheckpointStore, "remove">) {
    this.#store = store;
  }

  /** Of runs that are to be given up yet. */
  get names(): readonly string[] {
    return [...this.#epochs.keys()];
  }

  add(name: string, epoch: number): void {
    if (this.#epochs.size < most) this.#epochs.set(name, epoch);
  }

  /** The first that fails says what the others would. */
  async retry(): Promise<void> {
    for (const [name, epoch] of this.#epochs) {
      try {
        await this.#store.remove("run", name, epoch);
        log.info(`${name}: its checkpoints are given up at last`);
      } catch (error) {
        // Somebody else has the run: then it is not over.
        if (!(error instanceof BlobError && error.code === "stale")) return;
      }
      this.#epochs.delete(name);
    }
  }
}
