import type { CodeStore } from "../../shared/blob/code-store.ts";
import { buildIdentity } from "./build-identity.ts";
import type { ThreadStart } from "./thread/thread-protocol.ts";

/**
 * The translations that a worker finds in the store when it meets an image for the first time, and
 * leaves there when there were none. Afterwards its threads have them.
 *
 * A store that fails costs time and nothing else.
 */
export class WorkerCode {
  readonly #store: Pick<CodeStore, "read" | "write">;
  readonly #known = new Set<string>();

  constructor(store: Pick<CodeStore, "read" | "write">) {
    this.#store = store;
  }

  /** @param image hash of the kernel that a run starts */
  async of(image: string): Promise<Pick<ThreadStart, "keptCode" | "keepsCode">> {
    if (this.#known.has(image)) return {};
    this.#known.add(image);
    try {
      const keptCode = await this.#store.read(buildIdentity(), image);
      return keptCode ? { keptCode } : { keepsCode: true };
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
