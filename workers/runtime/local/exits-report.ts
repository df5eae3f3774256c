import { closeSync, openSync, writeSync } from "node:fs";
import process from "node:process";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { renderExits } from "../../../shared/telemetry/render-exits.ts";
import { fileProblem } from "../../host/file-problem.ts";
import { Failure } from "../../vmm/mod.ts";

/** Where the exits of a run are told, and how. */
export interface ExitsPlace {
  /**
   * A file gets the counts as JSON, the same bytes for the same run. `-` is standard output, which
   * gets a table with what the exits took.
   */
  readonly file: string;
  /** `-` gets JSON, too, with times. */
  readonly isJson: boolean;
}

/**
 * Opens the file of `--exits` before the run, so that a wrong path does not cost a run.
 *
 * @returns writes the report and closes the file
 * @throws Failure `exits-unwritable`
 */
export function openExitsReport(place: ExitsPlace | undefined): (report: ExitReport) => void {
  if (place === undefined) {
    return () => {};
  }
  if (place.file === "-") {
    const text = place.isJson ? toJson : renderExits;
    return (report) => process.stdout.write(text(report));
  }
  const opened = openForWriting(place.file);
  return ({ instructions, rows }) => {
    const exits = Object.fromEntries(rows.map(({ category, count }) => [category, count]));
    writeSync(opened, toJson({ instructions, exits }));
    closeSync(opened);
  };
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
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
