import type { AttributeName } from "./attributes.ts";

export interface SpanRow {
  /** The span that it is in. */
  readonly parent: string;
  readonly description: string;
  readonly attributes: readonly AttributeName[];
  readonly links?: string;
}

/** Every span of a submission's trace that Trapline makes itself, by name. */
export const spanTable = {
  submission: {
    parent: "–",
    description: "from handing in to the grade, or to its other end",
    attributes: ["vm.run.id", "trapline.submission.state", "vm.score"],
    links: "the request that handed it in, where that is traced",
  },
  "vm.run": {
    parent: "`process grading`; after a move `submission`",
    description: "a worker's part of a run",
    attributes: [
      ...([
        "vm.run.id",
        "vm.run.epoch",
        "vm.worker.name",
        "vm.runtime",
        "vm.template.source",
      ] as const),
      ...(["vm.run.outcome", "vm.run.end", "vm.instructions"] as const),
    ],
    links: "after a move the `migration` by which it came",
  },
  boot: {
    parent: "`vm.run`",
    description: "until the guest is on a thread: files, machine, template or checkpoint",
    attributes: ["vm.run.id", "vm.template.source"],
  },
  step: {
    parent: "`vm.run`",
    description: "from the step before until this one was decided, as far as it was on this worker",
    attributes: [
      ...(["vm.run.id", "vm.step.index", "vm.step.name", "vm.step.kind", "vm.step.state"] as const),
      "vm.instructions",
    ],
  },
  rest: {
    parent: "`vm.run`",
    description: "behind the last step that was decided; only where exits are left for it",
    attributes: ["vm.run.id", "vm.instructions"],
  },
  "vm.exits": {
    parent: "`step`, `rest`",
    description:
      "one category of the step: as long as its exits took together, from the step's beginning on; on the worker where the step was decided, for all of the step",
    attributes: [
      ...(["vm.run.id", "vm.exit.category", "vm.exit.count", "vm.exit.share"] as const),
      ...(["vm.exit.samples", "vm.exit.time.total", "vm.exit.time.share"] as const),
      ...(["vm.exit.time.min", "vm.exit.time.mean", "vm.exit.time.p50"] as const),
      ...(["vm.exit.time.p99", "vm.exit.time.max", "vm.exit.part.names"] as const),
      ...(["vm.exit.part.counts", "vm.exit.part.times"] as const),
    ],
  },
  "vm.exit": {
    parent: "`step`, `rest`",
    description: "a single exit as it happened: one of the longest of its category",
    attributes: ["vm.run.id", "vm.exit.category", "vm.exit.at", "vm.exit.pc"],
  },
  checkpoint: {
    parent: "`vm.run`",
    description: "from its instant until it is stored, or is not",
    attributes: [
      ...(["vm.run.id", "vm.instructions", "vm.checkpoint.pages", "vm.checkpoint.pause"] as const),
      "vm.checkpoint.stored",
    ],
  },
  migration: {
    parent: "`vm.run` of the worker that it leaves",
    description: "a live move, from the connection on",
    attributes: [
      ...(["vm.run.id", "vm.migration.from", "vm.migration.to", "vm.migration.way"] as const),
      ...(["vm.migration.outcome", "vm.migration.why", "vm.migration.rounds"] as const),
      ...(["vm.migration.bytes", "vm.migration.downtime", "vm.migration.share"] as const),
    ],
    links: "the `vm.run` of the worker that it goes to",
  },
  "migration.round": {
    parent: "`migration`",
    description: "a round of pre-copy",
    attributes: ["vm.run.id", "vm.migration.pages", "vm.migration.bytes", "vm.migration.dirty"],
  },
  "migration.stop-and-copy": {
    parent: "`migration`",
    description: "the guest stands still, the rest is sent",
    attributes: ["vm.run.id", "vm.migration.pages"],
  },
  "migration.switchover": {
    parent: "`migration`",
    description: "from the word that the other side may have it to its word that it runs",
    attributes: ["vm.run.id"],
  },
} as const satisfies Readonly<Record<string, SpanRow>>;

export type SpanName = keyof typeof spanTable;
