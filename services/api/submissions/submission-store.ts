import type { RunEvent } from "../../../shared/protocol/run-event.ts";
import type { SubmissionTrace } from "../../../shared/protocol/submission-trace.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import type { SubmissionState } from "../../../shared/schema/submission.ts";

/** What is known of a submission when it comes in and never changes. */
export interface SubmissionRecord {
  readonly id: string;
  readonly assignment: string;
  readonly title: string;
  readonly maxScore: number;
  readonly artefacts: readonly { name: string; sha256: string; bytes: number }[];
  readonly createdAt: string;
  readonly trace?: SubmissionTrace;
}

/** A submission as it stands: the record and what its runs have written. */
export interface StoredSubmission extends SubmissionRecord {
  readonly state: SubmissionState;
  readonly epoch: number;
  readonly runs: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly progress?: unknown;
  readonly result?: unknown;
  readonly failure?: string;
}

/** One entry of a run's stream; `id` orders them and is what `Last-Event-ID` repeats. */
export interface StoredEvent {
  readonly id: string;
  readonly event: RunEvent;
}

/**
 * What the API keeps of submissions. Results are written by workers, under the rule of
 * `shared/protocol/run-keys.ts`; the API itself only creates, cancels and gives up.
 */
export interface SubmissionStore {
  create(record: SubmissionRecord): Promise<void>;
  find(id: string): Promise<StoredSubmission | undefined>;
  /** @returns the state before; only `queued` and `running` are changed */
  cancel(id: string): Promise<SubmissionState | undefined>;
  /**
   * The queue has given up: `failed`, unless the submission has ended otherwise.
   *
   * @returns whether it is this call that has ended it
   */
  fail(id: string, reason: string): Promise<boolean>;
  /** Events after `id` (exclusive; `0` is the beginning), at most `count`. */
  eventsAfter(id: string, after: string, count: number): Promise<StoredEvent[]>;
  /** Where the time of its run goes, or went; undefined while no worker has said so. */
  exits(id: string): Promise<RunExits | undefined>;
  /** Where its guest has spent its instructions, as folded stacks; undefined without a profile. */
  profile(id: string): Promise<string | undefined>;
  ping(): Promise<void>;
}
