/**
 * A process that is started again when it ends.
 *
 *     const worker = await KeptProcess.start({ name, plan, calm, patience: "for ever", onNews });
 *     worker.now;                    // undefined between two lives
 *     await worker.givenUp;          // why, when it was
 *     await worker.stop(10_000);
 *
 *   starting → running → waiting → starting …            → stopped
 *                        after too many ends in a row    → given up
 *
 * Each end, and each start that fails, is told in one line that says how it ended and when it comes back.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UsageFailure } from "../usage-failure.ts";
import { restartDelay } from "./restart-delay.ts";
import { type ProcessPlan, type ServedProcess, startProcess } from "./serve-process.ts";

export interface KeepPlan {
  readonly name: string;
  /** How it is started. From the second time on the first life is given: its port is to stay. */
  readonly plan: (first: ServedProcess | undefined) => ProcessPlan;
  /** Milliseconds of life after which its next end does not count as one more in a row. */
  readonly calm: number;
  /** Ends in a row after which it is not started again. */
  readonly patience: number | "for ever";
  readonly onNews: (line: string) => unknown;
}

export class KeptProcess {
  /** Resolves, with a sentence, when it is not started again. */
  readonly givenUp: Promise<string>;
  readonly #plan: KeepPlan;
  readonly #first: ServedProcess;
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  #now: ServedProcess | undefined;

  private constructor(plan: KeepPlan, first: ServedProcess) {
    this.#plan = plan;
    this.#first = first;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.givenUp = promise;
    this.#kept = this.#keep(resolve);
  }

  /** @throws UsageFailure when the first start fails: then there is nothing to keep */
  static async start(plan: KeepPlan): Promise<KeptProcess> {
    return new KeptProcess(plan, await startProcess(plan.plan(undefined)));
  }

  get name(): string {
    return this.#plan.name;
  }

  /** The process that runs; undefined where it has ended and is not back. */
  get now(): ServedProcess | undefined {
    return this.#now;
  }

  /** What its first life said when it was ready. */
  get readyMatch(): RegExpMatchArray {
    return this.#first.readyMatch;
  }

  /** Ends it, and does not start it again. @param patience milliseconds before it is killed */
  async stop(patience: number): Promise<void> {
    this.#stopping.abort();
    await this.#now?.stop(patience);
    await this.#kept;
  }

  async #keep(giveUp: (why: string) => void): Promise<void> {
    const { name, calm, patience, onNews } = this.#plan;
    const { signal } = this.#stopping;
    let next: ServedProcess | undefined = this.#first;
    for (let ends = 0; ; ) {
      let why: string;
      if (next === undefined) {
        why = "does not start";
        ends++;
      } else {
        const began = performance.now();
        this.#now = next;
        const how = await next.ended;
        this.#now = undefined;
        if (signal.aborted) return;
        const lived = performance.now() - began;
        ends = lived >= calm ? 1 : ends + 1;
        why = `has ended (${how}) after ${(lived / 1000).toFixed(1)} s`;
      }
      if (ends > 1) why += `, ${ends} times in a row`;
      if (patience !== "for ever" && ends > patience) {
        giveUp(`${name} ${why}`);
        return;
      }
      const delay = restartDelay(ends);
      onNews(`${name} ${why}; it is started again in ${delay / 1000} s`);
      await sleep(delay, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      next = await startProcess(this.#plan.plan(this.#first)).catch((error: unknown) => {
        onNews(error instanceof UsageFailure ? `${error.message}; ${error.hint}` : String(error));
        return undefined;
      });
      // Stopped while it was starting.
      if (signal.aborted) return void (await next?.stop(1000));
    }
  }
}
