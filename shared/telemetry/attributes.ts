/** An attribute of metrics or spans. What stands on metrics has few values, and says how few. */
export interface AttributeRow {
  readonly type: "string" | "int" | "double" | "boolean" | "string[]" | "int[]" | "double[]";
  readonly description: string;
  /** Why it cannot have many values; an attribute without it stands on spans only. */
  readonly bound?: string;
}

/** Every attribute that Trapline gives its metrics and spans, by name. */
export const attributeTable = {
  "vm.exit.category": {
    type: "string",
    description: "the category of the exit",
    bound: "the closed taxonomy of docs/exits.md",
  },
  "vm.exit.part.name": {
    type: "string",
    description: "device, SBI call, cause or CSR that the exit was about",
    bound: "at most 33 of a category, the rarer ones summed up as `others`",
  },
  "vm.time.kind": {
    type: "string",
    description: "what the time went to",
    bound: "`guest`, `monitor`, `idle`, `waiting`, `paused`, `driver`",
  },
  "vm.run.state": {
    type: "string",
    description: "where the run is on its way through the worker",
    bound: "`preparing`, `running`",
  },
  "vm.run.outcome": {
    type: "string",
    description: "what became of the run on this worker",
    bound: "`graded`, `superseded`, `moved`, `handed-over`, `failed`; of a span `lost`, too",
  },
  "vm.run.end": {
    type: "string",
    description: "how the guest ended, as in the result",
    bound: "the kinds of `shared/schema/run-end.ts`",
  },
  "vm.checkpoint.stored": {
    type: "boolean",
    description: "whether the checkpoint is in the store",
    bound: "two",
  },
  "vm.migration.way": {
    type: "string",
    description: "how the run moved",
    bound: "`precopy`, `postcopy`, `hybrid`, `checkpoint`",
  },
  "vm.migration.outcome": {
    type: "string",
    description: "whether it went",
    bound: "`moved`, `stayed`",
  },
  "vm.template.outcome": {
    type: "string",
    description: "what happened to a template",
    bound: "`stored`, `read`, `refused`",
  },
  "vm.template.source": {
    type: "string",
    description: "how the run has begun",
    bound: "`booted`, `template`, `checkpoint`, `migration`",
  },
  "trapline.job.state": {
    type: "string",
    description: "where the job is in the queue",
    bound: "`waiting`, `active`, `delayed`",
  },
  "trapline.submission.state": {
    type: "string",
    description: "how the submission ended",
    bound: "`graded`, `failed`, `cancelled`",
  },
  "trapline.telemetry.signal": {
    type: "string",
    description: "what was dropped",
    bound: "`traces`, `metrics`",
  },
  "trapline.telemetry.reason": {
    type: "string",
    description: "why it was dropped",
    bound: "`queue-full`, `not-delivered`",
  },
  "vm.run.id": { type: "string", description: "the submission's id" },
  "vm.run.epoch": {
    type: "int",
    description: "which of the submission's runs: every take-over counts",
  },
  "vm.worker.name": { type: "string", description: "the worker's name" },
  "vm.runtime": { type: "string", description: "what runs the worker" },
  "vm.instructions": { type: "int", description: "retired guest instructions at the span's end" },
  "vm.score": { type: "double", description: "points" },
  "vm.step.index": { type: "int", description: "the rubric step's place, from 0 on" },
  "vm.step.name": { type: "string", description: "the rubric step's name; none of a hidden one" },
  "vm.step.kind": {
    type: "string",
    description: "`expect`, `send`, `exit-code`, or what else it asks for",
  },
  "vm.step.state": {
    type: "string",
    description: "`passed`, `failed`; `open` where the run left the worker before it was decided",
  },
  "vm.exit.count": { type: "int", description: "exits of the category in the step; exact" },
  "vm.exit.share": { type: "double", description: "part of all exits of the step, from 0 to 1" },
  "vm.exit.samples": { type: "int", description: "how many of them were timed" },
  "vm.exit.time.total": { type: "double", description: "nanoseconds of all of them, an estimate" },
  "vm.exit.time.share": {
    type: "double",
    description: "part of the step's time in the monitor, from 0 to 1",
  },
  "vm.exit.time.min": { type: "double", description: "nanoseconds" },
  "vm.exit.time.mean": { type: "double", description: "nanoseconds" },
  "vm.exit.time.max": { type: "double", description: "nanoseconds" },
  "vm.exit.time.p50": { type: "double", description: "nanoseconds" },
  "vm.exit.time.p99": { type: "double", description: "nanoseconds" },
  "vm.exit.part.names": {
    type: "string[]",
    description: "what its exits were about, the most frequent first; at most 33",
  },
  "vm.exit.part.counts": { type: "int[]", description: "how many exits were about each; exact" },
  "vm.exit.part.times": {
    type: "double[]",
    description: "nanoseconds of those together, an estimate; they add up to `vm.exit.time.total`",
  },
  "vm.exit.at": { type: "int", description: "steps of the machine before a single exit" },
  "vm.exit.pc": { type: "string", description: "where the hart stood, in hexadecimal" },
  "vm.checkpoint.pages": { type: "int", description: "pages that the checkpoint names" },
  "vm.checkpoint.pause": { type: "double", description: "milliseconds that the guest stood still" },
  "vm.migration.from": { type: "string", description: "the worker that it left" },
  "vm.migration.to": { type: "string", description: "the worker that it was to go to" },
  "vm.migration.rounds": { type: "int", description: "rounds of pre-copy" },
  "vm.migration.bytes": { type: "int", description: "bytes that left for the other worker" },
  "vm.migration.pages": { type: "int", description: "pages that were sent" },
  "vm.migration.downtime": {
    type: "double",
    description: "milliseconds that the guest stood still",
  },
  "vm.migration.dirty": { type: "int", description: "pages written to while the round went" },
  "vm.migration.share": {
    type: "double",
    description: "least part of its instructions that the guest got",
  },
  "vm.migration.why": { type: "string", description: "why it did not go as it should" },
} as const satisfies Readonly<Record<string, AttributeRow>>;

export type AttributeName = keyof typeof attributeTable;
