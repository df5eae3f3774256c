import type { Authority, Ownership } from "../../vmm/mod.ts";

/** The authority as a pCPU thread has it: the main thread asks. One question at a time. */
export class PostedAuthority implements Authority {
  readonly #post: (question: { epoch: number; owner: string }) => void;
  #pending: PromiseWithResolvers<Ownership> | undefined;

  constructor(post: (question: { epoch: number; owner: string }) => void) {
    this.#post = post;
  }

  compareAndSet(_run: string, epoch: number, owner: string): Promise<Ownership> {
    this.#pending = Promise.withResolvers<Ownership>();
    this.#post({ epoch, owner });
    return this.#pending.promise;
  }

  /** @param ownership undefined where the authority could not be asked */
  answer(ownership: Ownership | undefined): void {
    if (ownership) this.#pending?.resolve(ownership);
    else this.#pending?.reject(new Error("the authority does not answer"));
    this.#pending = undefined;
  }
}
