import type { Assignment } from "../../shared/schema/assignment.ts";
import type { ExitReport } from "../../shared/schema/exit-report.ts";
import type { RunExits, Stay } from "../../shared/schema/run-exits.ts";
import { toStoredExits } from "../../shared/schema/stored-exits.ts";
import { log } from "../../shared/telemetry/log.ts";
import { shownStepName, stepKind } from "./grade-run.ts";
import type { MoveRate } from "./moves/move-rate.ts";
import { predictDowntime } from "./moves/predict-downtime.ts";
import type { RunJournal } from "./run-journal.ts";
import type { LostStay } from "./telemetry/lost-stay.ts";
import type { RunTrace } from "./telemetry/run-trace.ts";
import type { RunAccount } from "./thread/run-ledger.ts";
import type { WorkerIdentity } from "./worker-identity.ts";

export interface ExitBookParts {
  readonly journal: Pick<RunJournal, "epoch" | "tellExits" | "tellProfile" | "toldExits">;
  readonly identity: WorkerIdentity;
  readonly assignment: Assignment;
  readonly submission: string;
  readonly moveRate: Pick<MoveRate, "pagesPerSecond" | "least">;
  /** The run's place in its trace, if it has one. */
  readonly place?: RunTrace["mark"];
  /** Hears what is written, each time before it is. */
  readonly onExits?: ((exits: RunExits) => void) | undefined;
}

/** Characters of a profile that is kept. */
const longestProfile = 2 ** 20;

/**
 * Where the time of a run goes, as its worker knows it and writes it for people to see. That it cannot
 * be written harms nobody: a run that is no longer this worker's learns so elsewhere.
 */
export class ExitBook {
  readonly #parts: ExitBookParts;
  /** Of the workers that had the run before. */
  readonly #before: Promise<readonly Stay[]>;
  readonly #from: number;
  /** The part of the worker before, where it was lost and could not tell of it. */
  readonly lost: Promise<LostStay | undefined>;
  readonly #epoch: number;
  /** Without its moves: of those the workers tell that it has left. */
  #latest: RunExits | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param from instructions with which it came here */
  constructor(parts: ExitBookParts, from: number) {
    this.#parts = parts;
    this.#epoch = parts.journal.epoch;
    this.#from = from;
    const told = parts.journal.toldExits().catch(() => undefined);
    const stays = told.then((known) => {
      const before = (known?.stays ?? []).filter(({ epoch }) => epoch < this.#epoch);
      // What a worker has told of was not its last word, where it was lost.
      const ends = [...before.slice(1).map((next) => next.from), from];
      return before.map((stay, i) => ({ ...stay, to: Math.max(stay.from, ends[i] ?? from) }));
    });
    this.#before = stays.then((before) => before.map(({ open: _, ...stay }) => stay));
    this.lost = Promise.all([told, stays]).then(([known, before]) => {
      const stay = before.at(-1);
      if (!known || !stay?.open || stay.epoch !== known.epoch) return undefined;
      return { told: known, stay: { ...stay, open: stay.open } };
    });
  }

  /** The guest's thread says what it knows; a few times a minute. */
  hear(account: RunAccount): void {
    const { epoch } = this.#parts.journal;
    this.#writing = this.#writing.then(async () => {
      const before = await this.#before;
      this.#latest = this.#exitsOf(account, epoch, before);
      await this.#tell(this.#latest);
    });
  }

  /** Where its guest has spent its instructions, when it is over. */
  profile(folded: string): void {
    const { journal } = this.#parts;
    const text = withinSize(folded);
    this.#writing = this.#writing.then(async () => {
      await journal.tellProfile(text).catch((error: unknown) => {
        log.error(`the profile of a run is not written: ${String(error)}`);
      });
    });
  }

  /** The run is not here any more: comes back when all that was heard is written, and so is that. */
  async leave(): Promise<void> {
    await this.#writing;
    if (this.#latest) await this.#tell(closed(this.#latest));
  }

  /** The run is over: says so, and comes back when it is written. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#latest) await this.#tell(ended(this.#latest));
  }

  async #tell(exits: RunExits): Promise<void> {
    this.#parts.onExits?.(exits);
    try {
      await this.#parts.journal.tellExits(toStoredExits(exits));
    } catch (error) {
      log.error(`the exits of a run are not written: ${String(error)}`);
    }
  }

  #exitsOf(account: RunAccount, epoch: number, before: readonly Stay[]): RunExits {
    const { identity, submission, place } = this.#parts;
    const { steps } = account;
    const total = this.#withDowntime(account.total);
    const { name: worker, runtime } = identity;
    const here = {
      ...{ worker, runtime, epoch, from: this.#from, to: total.instructions },
      ...(place && { open: { span: place.span, began: place.began, told: place.now() } }),
    };
    return {
      ...{ submission, state: "running", epoch, worker, runtime, total, moves: [] },
      steps: steps.map((step, index) => ({ ...this.#nameOf(index), ...step })),
      stays: [...before, here],
    };
  }

  #withDowntime(report: ExitReport): ExitReport {
    const { gauges } = report;
    if (!gauges) return report;
    const downtime = predictDowntime(gauges, this.#parts.moveRate);
    if (downtime === undefined) return report;
    return { ...report, gauges: { ...gauges, predictedDowntime: downtime } };
  }

  #nameOf(index: number): { name: string; kind: string } {
    const step = this.#parts.assignment.steps[index];
    if (!step) return { name: `step ${index + 1}`, kind: "expect" };
    return { name: shownStepName(step, index), kind: stepKind(step) };
  }
}

/** Whose part of the trace is told. */
function closed(exits: RunExits): RunExits {
  return { ...exits, stays: exits.stays.map(({ open: _, ...stay }) => stay) };
}

/** Nobody will move it any more. */
function ended(exits: RunExits): RunExits {
  const { total } = exits;
  const last: RunExits = { ...closed(exits), state: "ended" };
  if (!total.gauges) return last;
  const { predictedDowntime: _, ...gauges } = total.gauges;
  return { ...last, total: { ...total, gauges } };
}

/** Without the rarest of its stacks where they are too many. */
function withinSize(folded: string): string {
  if (folded.length <= longestProfile) return folded;
  const countOf = (line: string) => Number(line.slice(line.lastIndexOf(" ") + 1));
  const lines = folded.trimEnd().split("\n");
  lines.sort((a, b) => countOf(b) - countOf(a) || (a < b ? -1 : 1));
  let length = 0;
  const kept = lines.filter((line) => {
    length += line.length + 1;
    return length <= longestProfile;
  });
  return `${kept.sort().join("\n")}\n`;
}
