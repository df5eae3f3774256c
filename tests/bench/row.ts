import type { Subject } from "./subjects.ts";

/** All samples of one section, in the order of the pairs. */
export interface Row {
  readonly name: string;
  /** Guest instructions of the section: the same in every run, because time is virtual. */
  readonly instructions: number;
  /** Seconds by subject. */
  readonly seconds: Readonly<Partial<Record<Subject, readonly number[]>>>;
  /** Creation of monitor and machine, by runtime. */
  readonly startUpMilliseconds: Readonly<Record<"node" | "deno", readonly number[]>>;
}
