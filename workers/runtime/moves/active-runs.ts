import type { RunStatus } from "../../../shared/schema/worker-status.ts";
import type { MovableRun } from "./move-run.ts";

/** The runs that a worker has now. */
export class ActiveRuns {
  readonly #runs = new Set<ActiveRun>();

  /** Has the run among them while `body` is under way. */
  async during<Result>(
    submission: string,
    body: (run: ActiveRun) => Promise<Result>,
  ): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const run = new ActiveRun(submission, promise);
    this.#runs.add(run);
    try {
      return await body(run);
    } finally {
      this.#runs.delete(run);
      resolve();
    }
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
  readonly #handOver = new AbortController();
  #figures: Omit<RunStatus, "run"> | undefined;

  constructor(submission: string, ended: Promise<void>) {
    this.submission = submission;
    this.ended = ended;
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
