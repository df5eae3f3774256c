import type { Milliseconds, Turn, VcpuScheduler } from "./vcpu-scheduler.ts";

/** Each in turn, for the same time. */
export class RoundRobin<Vcpu> implements VcpuScheduler<Vcpu> {
  /** The next one first. */
  readonly #queue = new Set<Vcpu>();
  readonly #quantum: Milliseconds;

  constructor(quantum: Milliseconds) {
    this.#quantum = quantum;
  }

  join(vcpu: Vcpu): void {
    this.#queue.add(vcpu);
  }

  leave(vcpu: Vcpu): void {
    this.#queue.delete(vcpu);
  }

  next(): Turn<Vcpu> | undefined {
    const [vcpu] = this.#queue;
    if (vcpu === undefined) return undefined;
    this.#queue.delete(vcpu);
    this.#queue.add(vcpu);
    return { vcpu, time: this.#quantum };
  }

  charge(): void {
    // Who has had more than the rest is not asked.
  }
}
