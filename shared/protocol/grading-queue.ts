/**
 * The BullMQ queue between the API and the workers.
 *
 * The job's id is the submission's id, so handing the same submission over twice is one job.
 * Delivery is at least once: see `run-keys.ts` for how a run is written at most once.
 */
export const gradingQueue = {
  name: "grading",
  prefix: "trapline",
  jobName: "grade",
  /** Of the producer; failures of the guest are grades and never reach these attempts. */
  jobOptions: {
    attempts: 4,
    backoff: { type: "exponential", delay: 1000, jitter: 0.5 },
    removeOnComplete: { age: 24 * 3600, count: 1000 },
    removeOnFail: { age: 7 * 24 * 3600, count: 5000 },
  },
  /** Of the workers. A killed worker is an everyday event in a cluster, so a job may stall often. */
  workerOptions: {
    lockDuration: 30_000,
    stalledInterval: 15_000,
    maxStalledCount: 25,
  },
} as const;
