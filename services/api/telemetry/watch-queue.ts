import { Instruments } from "../../../shared/telemetry/otel/instruments.ts";
import type { QueueLoad, SubmissionQueue } from "../submissions/submission-queue.ts";

const states = ["waiting", "active", "delayed"] as const;

/** The queue's metrics. Redis is asked when they are; while it is away there are none. */
export function watchQueue(queue: Pick<SubmissionQueue, "load">): void {
  const instruments = new Instruments();
  const look = (see: (load: QueueLoad) => void) => queue.load().then(see, () => undefined);
  instruments.observe("trapline.queue.depth", (observe) =>
    look((load) => {
      for (const state of states) observe(load[state], { "trapline.job.state": state });
    }),
  );
  instruments.observe("trapline.queue.age", (observe) =>
    look(({ oldestSeconds }) => observe(oldestSeconds)),
  );
  instruments.add("trapline.submissions", 0);
}
