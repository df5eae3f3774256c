import type { RunStatus } from "../../../shared/schema/worker-status.ts";
import type { RunTrace } from "../telemetry/run-trace.ts";
import type { LiveGuest } from "./live-guest.ts";
import type { MovableRun } from "./move-run.ts";

/** The runs that a worker has now. */
export class ActiveRuns {
  readonly #runs = new Set<ActiveRun>();
  /** Called when there is one more or one less. */
  onChange: (() => void) | undefined;

  /** Has the run among them while `body` is under way. @param lock of the queue's job */
  async during<Result>(
    submission: string,
    lock: string,
    body: (run: ActiveRun) => Promise<Result>,
  ): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const run = new ActiveRun(submission, lock, promise);
    this.#runs.add(run);
    this.onChange?.();
    try {
      return await body(run);
    } finally {
      this.#runs.delete(run);
      this.onChange?.();
      resolve();
    }
  }

  /** Those that have begun, and how many others have a place. */
  get status(): { readonly runs: RunStatus[]; readonly coming: number } {
    const runs = this.all.flatMap(({ status }) => (status ? [status] : []));
    return { runs, coming: this.#runs.size - runs.length };
  }

  get all(): readonly ActiveRun[] {
    return [...this.#runs];
  }

  find(submission: string): ActiveRun | undefined {
    return this.all.find((run) => run.submission === submission);
  }
}

export class ActiveRun implements MovableRun {
  readonly submission: string;
  readonly ended: Promise<void>;
  lock: string;
  hasEnded = false;
  guest: LiveGuest | undefined;
  trace: RunTrace | undefined;
  /** Renews the lease on the job, where whoever has it does not do so by itself soon enough. */
  renew: (() => void) | undefined;
  /** Of the clock of `performance`, when the run began, here or elsewhere. */
  began = performance.now();
  readonly #handOver = new AbortController();
  #figures: Omit<RunStatus, "run"> | undefined;

  constructor(submission: string, lock: string, ended: Promise<void>) {
    this.submission = submission;
    this.lock = lock;
    this.ended = ended;
  }

  get elapsed(): number {
    return performance.now() - this.began;
  }

  get handOverSignal(): AbortSignal {
    return this.#handOver.signal;
  }

  handOver(): void {
    this.#handOver.abort();
  }

  note(figures: Omit<RunStatus, "run">): void {
    this.#figures = figures;
  }

  /** Undefined until it has begun. */
  get status(): RunStatus | undefined {
    return this.#figures && { run: this.submission, ...this.#figures };
  }
}
