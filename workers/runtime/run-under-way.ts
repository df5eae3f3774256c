import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import type { Assignment } from "../../shared/schema/assignment.ts";
import { log } from "../../shared/telemetry/log.ts";
import { planCheckpoints } from "./checkpoint/plan-checkpoints.ts";
import type { RunCheckpoints, TakenOver } from "./checkpoint/run-checkpoints.ts";
import { farewellTo } from "./debug/farewell-to.ts";
import type { RunDebugger } from "./debug/run-debugger.ts";
import { ExitBook } from "./exit-book.ts";
import { RedisAuthority } from "./migration/redis-authority.ts";
import { LiveGuest } from "./moves/live-guest.ts";
import { passOn } from "./pass-on.ts";
import { prepareRun } from "./prepare-run.ts";
import {
  type GuestRun,
  MonitorFault,
  type ReadableCheckpoint,
  runGuest,
  TranslationTrapped,
  UnusableCheckpoint,
} from "./run-guest.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunReporter } from "./run-reporter.ts";
import type { SessionResources } from "./session-resources.ts";
import type { RunTelemetry } from "./telemetry/run-telemetry.ts";
import type { RunReport, TemplateKey } from "./thread/thread-protocol.ts";

interface RunParts {
  readonly job: GradingJob;
  readonly resources: SessionResources;
  readonly journal: RunJournal;
  readonly reporter: RunReporter;
  readonly checkpoints: RunCheckpoints;
  readonly telemetry: RunTelemetry;
}

interface RunSignals {
  readonly signal: AbortSignal;
  readonly handOver: AbortSignal;
  /** The store says that the run is another worker's. */
  readonly onStale: () => void;
}

export interface EndedRun {
  readonly assignment: Assignment;
  readonly report: RunReport;
  readonly exits: ExitBook;
}

/** One run on this worker: what the guest says is reported, its checkpoints are kept. */
export class RunUnderWay {
  readonly #parts: RunParts;
  #guest: LiveGuest | undefined;
  #isTranslated = true;
  /** Comes back when no checkpoint is being written. */
  #keeping: Promise<unknown> = Promise.resolve();

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Whether it may be another worker's by now. */
  get isStanding(): boolean {
    return this.#guest?.isStanding ?? false;
  }

  /**
   * A run whose translated code fails is done again without: from its last checkpoint, where it has one.
   *
   * @param saved what to go on from, if it can be; else the run begins at its beginning
   */
  async toItsEnd(saved: TakenOver | undefined, signals: RunSignals): Promise<EndedRun> {
    const { job, checkpoints } = this.#parts;
    try {
      return await this.#goOn(saved, signals);
    } catch (error) {
      if (!(error instanceof TranslationTrapped) || !this.#isTranslated) throw error;
      log.error(`${job.submission} is done again without translation: ${error.message}`);
    }
    this.#isTranslated = false;
    // One that is being written may yet come to count.
    await this.#keeping;
    return this.#goOn(await checkpoints.takeOver(), signals);
  }

  async #goOn(saved: TakenOver | undefined, signals: RunSignals): Promise<EndedRun> {
    const { job, journal, checkpoints } = this.#parts;
    if (saved === undefined) return this.#fromTheStart(signals);
    // What the events have lost, as with a Redis that went back in time, only the guest can say again.
    // What this session has said is told before the checkpoint counts.
    if (!this.#isTranslated || saved.driver.consoleBytes <= journal.told.console) {
      try {
        return await this.#run(saved, signals);
      } catch (error) {
        if (!(error instanceof UnusableCheckpoint)) throw error;
        // Its checkpoint is as good as before: whoever reaches the store goes on from it.
        if (error.lacksPages && !saved.later.isGone) throw new MonitorFault(error.message);
        log.error(`${job.submission} begins again: ${error.message}`);
      }
    }
    await checkpoints.startAgain();
    return this.#fromTheStart(signals);
  }

  async #fromTheStart(signals: RunSignals): Promise<EndedRun> {
    try {
      return await this.#run(undefined, signals);
    } catch (error) {
      if (!(error instanceof UnusableCheckpoint)) throw error;
      // A template of which pages cannot be had, as it has turned out on the way.
      log.error(`${this.#parts.job.submission} begins again: ${error.message}`);
    }
    await this.#parts.checkpoints.startAgain();
    return this.#run(undefined, signals, true);
  }

  /** @param isBooted whatever there is of its template */
  async #run(
    saved: TakenOver | undefined,
    signals: RunSignals,
    isBooted = false,
  ): Promise<EndedRun> {
    const { job, resources, journal, reporter, telemetry } = this.#parts;
    const began = performance.now();
    const prepared = await prepareRun(job, resources.blobs, saved === undefined);
    const { assignment, images } = prepared;
    const { template, ...booted } = prepared.start;
    const use = isBooted ? undefined : template;
    const start = { ...booted, ...(use && { template: use }) };
    const figures = (instructions: number) =>
      resources.onProgress?.({ epoch: journal.epoch, instructions });
    const former = saved && formerReports(saved);
    figures(former?.instructions ?? 0);
    const { identity, moveRate } = resources;
    const place = telemetry.trace.mark;
    const onExits = telemetry.exits.bind(telemetry);
    const { submission } = job;
    const book = { journal, identity, assignment, submission, onExits, moveRate, place };
    const exits = new ExitBook(book, former?.instructions ?? 0);
    exits.lost
      .then((lost) => lost && telemetry.lost(lost, former?.steps ?? []))
      .catch((error: unknown) => log.error(`a lost worker's part is not told: ${String(error)}`));
    reporter.startAt(former?.consoleBytes ?? 0);
    if (former) telemetry.resumes();
    if (former) reporter.event({ type: "resumed", data: { instructions: former.instructions } });
    const image = job.images.kernel;
    const isTranslated = this.#isTranslated && start.config.engine !== "interpret";
    const code = isTranslated ? await resources.code.of(image) : {};
    const authority = new RedisAuthority(resources.redis, resources.identity);
    const debug = await resources.debuggers?.waitingFor(job.submission, journal.epoch);
    let attended: RunDebugger | undefined;
    const running = runGuest(resources.pool, {
      start: {
        ...start,
        ...code,
        ...(!this.#isTranslated && { withoutTranslation: true }),
        ...(saved && { resume: saved.run }),
        before: { preparing: performance.now() - began, at: Date.now() },
        ...planCheckpoints(start.limits.memoryBytes, resources.checkpoints.every),
        ...(debug && { debug }),
      },
      ...(former && { former }),
      ...(saved && { later: saved.later }),
      signal: signals.signal,
      handOver: signals.handOver,
      onStart: (send, toDebugged) => {
        const epoch = () => journal.epoch;
        attended = resources.debuggers?.attend({ submission, epoch, send: toDebugged });
        const claim = authority.compareAndSet.bind(authority, job.submission);
        this.#guest = new LiveGuest({ journal, reporter, send, claim }, true);
        resources.onGuest?.(this.#guest);
      },
      onMove: (message) => this.#guest?.hear(message),
      onDebug: (message) => attended?.hear(message),
      onCode: (bytes) => resources.code.keep(image, bytes),
      images,
      templates: resources.templates.of(assignment.name),
      onCheckpoint: (checkpoint) => {
        const kept = this.#keep(checkpoint, signals, use?.key);
        this.#keeping = kept;
        return kept;
      },
      onMessage: (message) => {
        if (message.type === "progress") figures(message.instructions);
        if (message.type === "template-unusable") {
          resources.templates.refuse(message.key, message.reason);
        }
        passOn(message, assignment, { reporter, exits, telemetry });
      },
    });
    try {
      const report = await running;
      attended?.finish(...farewellTo(report));
      return { assignment, report, exits };
    } catch (error) {
      await exits.leave();
      throw error;
    } finally {
      attended?.end();
      this.#guest?.end();
    }
  }

  /** What a checkpoint takes for told has to be written before the checkpoint counts. */
  async #keep(
    checkpoint: ReadableCheckpoint,
    { signal, onStale }: RunSignals,
    template?: TemplateKey,
  ): Promise<boolean> {
    const { reporter, checkpoints, telemetry } = this.#parts;
    await reporter.flush();
    if (signal.aborted) return false;
    try {
      return await telemetry.checkpoint(checkpoint, () =>
        checkpoints.publish(checkpoint, template),
      );
    } catch {
      onStale();
      return false;
    }
  }
}

function formerReports({ driver }: TakenOver): NonNullable<GuestRun["former"]> {
  const { script, retired: instructions, ...others } = driver;
  const { consoleBytes, fromTemplate, withoutTranslation } = others;
  return { steps: script.reports, instructions, consoleBytes, fromTemplate, withoutTranslation };
}
