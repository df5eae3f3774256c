import type { CodeStore } from "../../shared/blob/code-store.ts";
import { buildIdentity } from "./build-identity.ts";
import type { ThreadStart } from "./thread/thread-protocol.ts";
import type { LastingTranslation } from "./translation/lasting-translation.ts";

/**
 * The translations that a worker finds in the store when it meets an image for the first time, and
 * leaves there when there were none. Afterwards its threads have them: all of them, and compiled once, where
 * one translates for the others.
 *
 * A store that fails costs time and nothing else.
 */
export class WorkerCode {
  readonly #store: Pick<CodeStore, "read" | "write">;
  readonly #translation: Pick<LastingTranslation, "useKeptCode"> | undefined;
  readonly #known = new Set<string>();

  constructor(
    store: Pick<CodeStore, "read" | "write">,
    translation?: Pick<LastingTranslation, "useKeptCode">,
  ) {
    this.#store = store;
    this.#translation = translation;
  }

  /** @param image hash of the kernel that a run starts */
  async of(image: string): Promise<Pick<ThreadStart, "keptCode" | "keepsCode">> {
    if (this.#known.has(image)) return {};
    this.#known.add(image);
    try {
      const keptCode = await this.#store.read(buildIdentity(), image);
      if (!keptCode) return { keepsCode: true };
      if (!this.#translation) return { keptCode };
      this.#translation.useKeptCode(keptCode);
      return {};
    } catch {
      return {};
    }
  }

  keep(image: string, code: Uint8Array): void {
    this.#store.write(buildIdentity(), image, code).catch(() => {
      // The next worker translates it for itself.
    });
  }
}
