import type { RowKind } from "./bench-rows.ts";
import type { Resident } from "./resident.ts";
import type { Subject } from "./subjects.ts";

/** All samples of one row, in the order of the rounds. */
export interface Row {
  readonly name: string;
  readonly kind: RowKind;
  /** Seconds by subject; who was not asked is absent. */
  readonly seconds: Readonly<Partial<Record<Subject, readonly number[]>>>;
  /** What the processes occupied when the workload was over. */
  readonly resident: Readonly<Partial<Record<Subject, readonly Resident[]>>>;
}
