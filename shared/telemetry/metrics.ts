import type { AttributeName } from "./attributes.ts";

export interface MetricRow {
  /**
   * `counter` only goes up. The others but `histogram` are looked at when somebody asks: an `updowncounter`
   * may be added up over workers, a `gauge` may not.
   */
  readonly instrument: "counter" | "updowncounter" | "gauge" | "histogram";
  /** As OpenTelemetry writes units (UCUM). */
  readonly unit: string;
  /** Those of the table that have a `bound`. */
  readonly attributes: readonly AttributeName[];
  /** Who has it. */
  readonly of: "api" | "worker" | "both";
  readonly description: string;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const seconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];
/** 100 ns to 1 s: below is what no clock sees, above what no exit should take. */
const exitSeconds = [
  ...[1e-7, 2.5e-7, 5e-7, 1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4],
  ...[1e-3, 2.5e-3, 5e-3, 1e-2, 1e-1, 1],
];
/** There are many series of it. */
const partSeconds = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2];
const bytes = [10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30].map((bits) => 2 ** bits);

/** Every metric of Trapline, by name: instruments are made from it, and so is docs/telemetry.md. */
export const metricTable = {
  "vm.exits": {
    ...{ instrument: "counter", unit: "{exit}", of: "worker" },
    attributes: ["vm.exit.category"],
    description: "exits of all guests; exact",
  },
  "vm.exit.parts": {
    ...{ instrument: "counter", unit: "{exit}", of: "worker" },
    attributes: ["vm.exit.category", "vm.exit.part.name"],
    description: "exits by what they were about, where that was counted",
  },
  "vm.exit.duration": {
    ...{ instrument: "histogram", unit: "s", of: "worker", buckets: exitSeconds },
    attributes: ["vm.exit.category"],
    description: "what an exit takes; estimated from those that were timed",
  },
  "vm.exit.part.duration": {
    ...{ instrument: "histogram", unit: "s", of: "worker", buckets: partSeconds },
    attributes: ["vm.exit.category", "vm.exit.part.name"],
    description: "the same by what they were about, where that was told apart",
  },
  "vm.instructions": {
    ...{ instrument: "counter", unit: "{instruction}", of: "worker", attributes: [] },
    description: "retired guest instructions",
  },
  "vm.time": {
    ...{ instrument: "counter", unit: "s", of: "worker" },
    attributes: ["vm.time.kind"],
    description: "host time of all runs by what it went to",
  },
  "vm.runs": {
    ...{ instrument: "updowncounter", unit: "{run}", of: "worker" },
    attributes: ["vm.run.state"],
    description: "runs that the worker has",
  },
  "vm.run.ends": {
    ...{ instrument: "counter", unit: "{run}", of: "worker" },
    attributes: ["vm.run.outcome"],
    description: "runs that left the worker",
  },
  "vm.run.duration": {
    ...{ instrument: "histogram", unit: "s", of: "worker", buckets: seconds },
    attributes: ["vm.run.outcome"],
    description: "how long a run was on the worker",
  },
  "vm.run.starts": {
    ...{ instrument: "counter", unit: "{run}", of: "worker" },
    attributes: ["vm.template.source"],
    description: "guests that began to run on the worker, by how",
  },
  "vm.templates": {
    ...{ instrument: "counter", unit: "{template}", of: "worker" },
    attributes: ["vm.template.outcome"],
    description: "templates that the worker has stored, read from the store, or could not use",
  },
  "vm.translation.regions": {
    ...{ instrument: "gauge", unit: "{region}", of: "worker", attributes: [] },
    description: "translated regions of the pCPU thread that has most, of those with a run",
  },
  "vm.translation.size": {
    ...{ instrument: "gauge", unit: "By", of: "worker", attributes: [] },
    description: "their code",
  },
  "vm.translation.evictions": {
    ...{ instrument: "gauge", unit: "{region}", of: "worker", attributes: [] },
    description: "regions that were given up to make room, of that thread since it began",
  },
  "vm.memory.resident": {
    ...{ instrument: "updowncounter", unit: "By", of: "worker", attributes: [] },
    description: "guests' RAM that has content of its own, of all runs",
  },
  "vm.memory.dirtied": {
    ...{ instrument: "gauge", unit: "By/s", of: "worker", attributes: [] },
    description: "guests' RAM that is written to, where the monitor looks, of all runs",
  },
  "vm.downtime.expected": {
    ...{ instrument: "gauge", unit: "s", of: "worker", attributes: [] },
    description: "how long the worst run would stand still if it were moved now",
  },
  "vm.worker.capacity": {
    ...{ instrument: "updowncounter", unit: "{run}", of: "worker", attributes: [] },
    description: "runs that the worker takes at the same time",
  },
  "vm.worker.threads": {
    ...{ instrument: "updowncounter", unit: "{thread}", of: "worker", attributes: [] },
    description: "pCPU threads that the worker may have",
  },
  "vm.worker.load": {
    ...{ instrument: "gauge", unit: "1", of: "worker", attributes: [] },
    description: "runs by capacity; above 1 while others drain",
  },
  "vm.checkpoints": {
    ...{ instrument: "counter", unit: "{checkpoint}", of: "worker" },
    attributes: ["vm.checkpoint.stored"],
    description: "checkpoints that were taken",
  },
  "vm.checkpoint.pause": {
    ...{ instrument: "histogram", unit: "s", of: "worker", attributes: [], buckets: seconds },
    description: "how long a guest stood still for a checkpoint",
  },
  "vm.checkpoint.duration": {
    ...{ instrument: "histogram", unit: "s", of: "worker", attributes: [], buckets: seconds },
    description: "from a checkpoint's instant until it was stored, while the guest ran on",
  },
  "vm.checkpoint.size": {
    ...{ instrument: "histogram", unit: "By", of: "worker", attributes: [], buckets: bytes },
    description: "content of the pages that a checkpoint names, before they are compressed",
  },
  "vm.migrations": {
    ...{ instrument: "counter", unit: "{migration}", of: "worker" },
    attributes: ["vm.migration.way", "vm.migration.outcome"],
    description: "moves away from the worker",
  },
  "vm.migration.rounds": {
    ...{
      instrument: "histogram",
      unit: "{round}",
      of: "worker",
      buckets: [1, 2, 3, 4, 5, 6, 8, 10],
    },
    attributes: ["vm.migration.way"],
    description: "rounds of pre-copy",
  },
  "vm.migration.size": {
    ...{ instrument: "histogram", unit: "By", of: "worker", buckets: bytes },
    attributes: ["vm.migration.way"],
    description: "bytes that left for the other worker",
  },
  "vm.migration.downtime": {
    ...{ instrument: "histogram", unit: "s", of: "worker", buckets: seconds },
    attributes: ["vm.migration.way"],
    description: "from the last instruction here to the word that it runs there",
  },
  "vm.migration.duration": {
    ...{ instrument: "histogram", unit: "s", of: "worker", buckets: seconds },
    attributes: ["vm.migration.way", "vm.migration.outcome"],
    description: "from the order to its end",
  },
  "trapline.grades": {
    ...{ instrument: "counter", unit: "{grade}", of: "worker" },
    attributes: ["vm.run.end"],
    description: "grades that were written",
  },
  "trapline.grade.latency": {
    ...{ instrument: "histogram", unit: "s", of: "worker", attributes: [], buckets: seconds },
    description: "from handing in to the grade, by the clocks of two machines",
  },
  "trapline.submissions": {
    ...{ instrument: "counter", unit: "{submission}", of: "api", attributes: [] },
    description: "submissions that were taken",
  },
  "trapline.submission.ends": {
    ...{ instrument: "counter", unit: "{submission}", of: "api" },
    attributes: ["trapline.submission.state"],
    description: "submissions that the API ended: cancelled, or given up by the queue",
  },
  "trapline.queue.depth": {
    ...{ instrument: "gauge", unit: "{job}", of: "api" },
    attributes: ["trapline.job.state"],
    description: "jobs in the queue",
  },
  "trapline.queue.age": {
    ...{ instrument: "gauge", unit: "s", of: "api", attributes: [] },
    description: "for how long the next job has waited",
  },
  "trapline.telemetry.dropped": {
    ...{ instrument: "counter", unit: "{item}", of: "both" },
    attributes: ["trapline.telemetry.signal", "trapline.telemetry.reason"],
    description: "spans and metric points that never reached the collector",
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof metricTable;
