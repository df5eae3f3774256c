import { closeSync, openSync, writeSync } from "node:fs";
import process from "node:process";
import { fileProblem } from "../../host/file-problem.ts";
import { Failure } from "../../vmm/mod.ts";
import type { RunTotals } from "./run-totals.ts";

/**
 * Opens the file of `--exits` before the run, so that a wrong path does not cost a run.
 *
 * @returns writes the report and closes the file
 * @throws Failure `exits-unwritable`
 */
export function openExitsReport(file: string | undefined): (totals: RunTotals) => void {
  if (file === undefined) {
    return () => {};
  }
  if (file === "-") {
    return (totals) => process.stdout.write(totals.toJson());
  }
  const opened = openForWriting(file);
  return (totals) => {
    writeSync(opened, totals.toJson());
    closeSync(opened);
  };
}

function openForWriting(file: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new Failure(
      "exits-unwritable",
      `the file '${file}' for --exits cannot be written: ${fileProblem(error)}`,
      "give a path in a folder that you may write to, or - for standard output",
    );
  }
}
