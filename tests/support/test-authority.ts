import type { Authority, Ownership } from "../../workers/vmm/mod.ts";

/** An authority over runs in memory, which can be kept from hearing or from answering. */
export class TestAuthority implements Authority {
  readonly #records = new Map<string, Ownership>();
  /** How often what is asked next is not heard, and how often the answer is lost. */
  deaf = 0;
  mute = 0;
  /** All owners that each run has had. */
  readonly owners: string[] = [];

  constructor(run: string, owner: string, epoch = 1) {
    this.#records.set(run, { epoch, owner });
    this.owners.push(owner);
  }

  at(run: string): Ownership {
    const record = this.#records.get(run);
    if (!record) throw new Error(`there is no run ${run}`);
    return record;
  }

  async compareAndSet(run: string, epoch: number, owner: string): Promise<Ownership> {
    if (this.deaf > 0) {
      this.deaf--;
      throw new Error("the authority cannot be reached");
    }
    const record = this.at(run);
    if (record.epoch === epoch) {
      this.#records.set(run, { epoch: epoch + 1, owner });
      this.owners.push(owner);
    }
    if (this.mute > 0) {
      this.mute--;
      throw new Error("the authority's answer was lost");
    }
    return this.at(run);
  }
}
