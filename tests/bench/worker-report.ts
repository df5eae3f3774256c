import type { Section } from "./console-sections.ts";

/** What our worker process says of its run, as one line of JSON on standard error. */
export interface WorkerReport {
  /** Creation of the monitor and of the machine, images already read. */
  readonly startUpMilliseconds: number;
  /** Begin and end in retired instructions. */
  readonly sections: readonly Section[];
}
