import { closeSync, openSync, writeSync } from "node:fs";
import { fileProblem } from "../../host/file-problem.ts";
import { Failure, type Instructions, type Machine, type StopReason } from "../../vmm/mod.ts";
import type { TraceItem } from "./trace-items.ts";
import { Tracer } from "./tracer.ts";

const standardError = 2;
const mostBuffered = 65_536;

/** A trace that goes to a file: `run` in place of the machine's own. */
export interface Trace {
  readonly run: (machine: Machine, instructions: Instructions) => StopReason;
  close(): void;
}

/** @throws Failure `trace-unwritable` */
export function openTrace(items: ReadonlySet<TraceItem>, file: string | undefined): Trace {
  const target = file === undefined ? standardError : openForWriting(file);
  let text = "";
  const flush = () => {
    if (text !== "") writeSync(target, text);
    text = "";
  };
  const tracer = new Tracer(items, (line) => {
    text += line;
    if (text.length > mostBuffered) flush();
  });
  return {
    run: (machine, instructions) => {
      const reason = tracer.run(machine, instructions);
      flush();
      return reason;
    },
    close: () => {
      flush();
      if (target !== standardError) closeSync(target);
    },
  };
}

function openForWriting(file: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new Failure(
      "trace-unwritable",
      `the file '${file}' for -D cannot be written: ${fileProblem(error)}`,
      "give a path in a folder that you may write to",
    );
  }
}
