import type { ExitGauges } from "../../../shared/schema/exit-report.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { BoundedNames } from "../../../shared/telemetry/otel/bounded-names.ts";
import type { ExitDurations } from "../../../shared/telemetry/otel/exit-durations.ts";
import { Instruments } from "../../../shared/telemetry/otel/instruments.ts";

const nanoseconds = 1e9;
const milliseconds = 1000;
const pageBytes = 4096;
/** Of a category. Guests choose some of them: the number of an SBI extension that there is not, say. */
const mostParts = 32;

/** How many runs a worker has, and may have. */
export interface WorkerLoad {
  readonly capacity: number;
  readonly threads: number;
  /** All that it has, those that are being prepared too. */
  readonly runs: number;
  /** Those whose guest is on a thread. */
  readonly running: number;
}

export type RunStart = "booted" | "template" | "checkpoint" | "migration";
export type RunOutcome = "graded" | "superseded" | "moved" | "handed-over" | "failed";

/** `stored`: one was made here and kept; `read`: one of the store's. */
export type TemplateOutcome = "stored" | "read" | "refused";

export interface FinishedMove {
  readonly way: string;
  readonly outcome: "moved" | "stayed";
  /** Milliseconds. */
  readonly total: number;
  readonly figures?:
    | {
        readonly rounds: number;
        /** The rounds by themselves. */
        readonly passes?:
          | readonly { readonly pages: number; readonly duration: number }[]
          | undefined;
        readonly stoppedPages?: number;
        readonly sentBytes: number;
        readonly downtime?: number | undefined;
      }
    | undefined;
}

/** The metrics of a worker (`shared/telemetry/metrics.ts`). Made after its telemetry was started. */
export class WorkerMetrics {
  readonly #instruments = new Instruments();
  readonly #durations: ExitDurations;
  readonly #gauges = new Map<object, ExitGauges>();
  readonly #parts = new BoundedNames(mostParts, "others");

  constructor(durations: ExitDurations, load: () => WorkerLoad) {
    this.#durations = durations;
    const instruments = this.#instruments;
    instruments.observe("vm.worker.capacity", (observe) => observe(load().capacity));
    instruments.observe("vm.worker.threads", (observe) => observe(load().threads));
    instruments.observe("vm.worker.load", (observe) => {
      const { runs, capacity } = load();
      observe(runs / capacity);
    });
    instruments.observe("vm.runs", (observe) => {
      const { runs, running } = load();
      observe(runs - running, { "vm.run.state": "preparing" });
      observe(running, { "vm.run.state": "running" });
    });
    this.#observeGauges();
    instruments.add("trapline.grades", 0, { "vm.run.end": "completed" });
    instruments.add("vm.instructions", 0);
  }

  /** How a run's machine is now. @param gauges undefined when it is here no more */
  gauges(run: object, gauges: ExitGauges | undefined): void {
    if (gauges) this.#gauges.set(run, gauges);
    else this.#gauges.delete(run);
  }

  template(outcome: TemplateOutcome): void {
    this.#instruments.add("vm.templates", 1, { "vm.template.outcome": outcome });
  }

  #observeGauges(): void {
    const instruments = this.#instruments;
    const all = (of: (gauges: ExitGauges) => number | undefined) =>
      [...this.#gauges.values()].map((gauges) => of(gauges) ?? 0);
    const most = (of: (gauges: ExitGauges) => number | undefined) => Math.max(0, ...all(of));
    const sum = (of: (gauges: ExitGauges) => number | undefined) =>
      all(of).reduce((total, one) => total + one, 0);
    instruments.observe("vm.translation.regions", (observe) =>
      observe(most(({ translatedRegions }) => translatedRegions)),
    );
    instruments.observe("vm.translation.size", (observe) =>
      observe(most(({ translatedBytes }) => translatedBytes)),
    );
    instruments.observe("vm.translation.evictions", (observe) =>
      observe(most(({ evictions }) => evictions)),
    );
    instruments.observe("vm.memory.resident", (observe) =>
      observe(sum(({ residentPages }) => residentPages) * pageBytes),
    );
    instruments.observe("vm.memory.dirtied", (observe) =>
      observe(sum(({ dirtyPagesPerSecond }) => dirtyPagesPerSecond) * pageBytes),
    );
    instruments.observe("vm.downtime.expected", (observe) =>
      observe(most(({ predictedDowntime }) => predictedDowntime) / nanoseconds),
    );
  }

  begins(how: RunStart): void {
    this.#instruments.add("vm.run.starts", 1, { "vm.template.source": how });
  }

  /** @param elapsed milliseconds that it was here */
  ends(outcome: RunOutcome, elapsed: number): void {
    const attributes = { "vm.run.outcome": outcome };
    this.#instruments.add("vm.run.ends", 1, attributes);
    this.#instruments.record("vm.run.duration", elapsed / milliseconds, attributes);
  }

  /** @param latency milliseconds since it was handed in, where that is known */
  grades(end: string, latency: number | undefined): void {
    this.#instruments.add("trapline.grades", 1, { "vm.run.end": end });
    if (latency !== undefined) {
      // The clocks of two machines differ a little.
      this.#instruments.record("trapline.grade.latency", Math.max(0, latency) / milliseconds);
    }
  }

  /** @param pause milliseconds, where that was measured @param elapsed milliseconds until it was stored */
  checkpoint(pages: number, pause: number | undefined, elapsed: number, isStored: boolean): void {
    this.#instruments.add("vm.checkpoints", 1, { "vm.checkpoint.stored": isStored });
    this.#instruments.record("vm.checkpoint.size", pages * pageBytes);
    this.#instruments.record("vm.checkpoint.duration", elapsed / milliseconds);
    if (pause !== undefined) this.#instruments.record("vm.checkpoint.pause", pause / milliseconds);
  }

  move({ way, outcome, total, figures }: FinishedMove): void {
    const ofWay = { "vm.migration.way": way };
    const attributes = { ...ofWay, "vm.migration.outcome": outcome };
    this.#instruments.add("vm.migrations", 1, attributes);
    this.#instruments.record("vm.migration.duration", total / milliseconds, attributes);
    if (!figures) return;
    const { rounds, sentBytes, downtime } = figures;
    this.#instruments.record("vm.migration.rounds", rounds, ofWay);
    this.#instruments.record("vm.migration.size", sentBytes, ofWay);
    if (downtime !== undefined) {
      this.#instruments.record("vm.migration.downtime", downtime / milliseconds, ofWay);
    }
  }

  /** What a run's exits were since it was looked at before. */
  exits({ total }: Pick<RunExits, "total">, before: Pick<RunExits, "total"> | undefined): void {
    const instruments = this.#instruments;
    const former = before?.total;
    instruments.add("vm.instructions", more(total.instructions, former?.instructions));
    for (const [kind, spent] of Object.entries(total.time)) {
      const known = former?.time[kind as keyof typeof total.time];
      instruments.add("vm.time", more(spent, known) / nanoseconds, { "vm.time.kind": kind });
    }
    for (const { category, count, parts = [] } of total.rows) {
      const old = former?.rows.find((row) => row.category === category);
      const attributes = { "vm.exit.category": category };
      instruments.add("vm.exits", more(count, old?.count), attributes);
      for (const part of parts) {
        const oldPart = old?.parts?.find(({ name }) => name === part.name);
        const name = this.#parts.of(category, part.name);
        const words = { ...attributes, "vm.exit.part.name": name };
        instruments.add("vm.exit.parts", more(part.count, oldPart?.count), words);
      }
    }
    this.#durations.add(total, former, (category, part) => this.#parts.of(category, part));
  }
}

/** A counter is never taken back: a run that goes on from a checkpoint counts from there. */
function more(now: number, before = 0): number {
  return Math.max(0, now - before);
}
