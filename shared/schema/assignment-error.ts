/** One thing that is wrong in an `assignment.yaml`. Lines and columns count from 1. */
export interface AssignmentFault {
  readonly line: number;
  readonly column: number;
  /** The field's path, for example `machine.disks[0].slot`; empty when the YAML itself is wrong. */
  readonly field: string;
  readonly message: string;
}

/** An `assignment.yaml` that cannot be used; the message has one line for each fault. */
export class AssignmentError extends Error {
  override readonly name = "AssignmentError";
  readonly file: string;
  readonly faults: readonly AssignmentFault[];

  constructor(file: string, faults: readonly AssignmentFault[]) {
    super(
      faults
        .map(({ line, column, field, message }) =>
          [`${file}:${line}:${column}:`, field, message].filter((part) => part !== "").join(" "),
        )
        .join("\n"),
    );
    this.file = file;
    this.faults = faults;
  }
}
