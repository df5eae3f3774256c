import { spawn } from "node:child_process";
import { ConsoleSections, type Section } from "./console-sections.ts";
import { processorMilliseconds } from "./processor-time.ts";
import { type Resident, residentOf } from "./resident.ts";
import type { Command } from "./subjects.ts";
import type { Workload } from "./workloads.ts";

/** One run of a workload by one subject. */
export interface Run {
  /** In milliseconds since the process was started, by the clock that was asked for. */
  readonly sections: readonly Section[];
  /** Of the process, when the last section was over. */
  readonly resident?: Resident;
}

/**
 * What a section is measured with: the host's clock, or the processor time of the whole process, which
 * others on the machine disturb less, but which knows nothing of waiting and adds up threads.
 */
export type BenchClock = "wall" | "processor";

const longestRun = 300_000;

/**
 * Runs a workload in a fresh process and times its sections by when their marks come out of its
 * standard output, which is the same yardstick for everybody. The process is ended when the last
 * section is there.
 *
 * @throws Error when the process ends, or five minutes pass, before all sections were seen
 */
export function measureRun(
  { file, words }: Command,
  workload: Workload,
  clock: BenchClock,
): Promise<Run> {
  const console = new ConsoleSections(workload.prompt);
  const isMissing = (name: string) => !console.sections.some((section) => section.name === name);
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, words, { stdio: ["ignore", "pipe", "pipe"] });
    const now = () =>
      clock === "wall" ? performance.now() - started : processorMilliseconds(child.pid ?? 0);
    const guard = setTimeout(() => child.kill("SIGKILL"), longestRun);
    let said = "";
    let resident: Resident | undefined;
    let isDone = false;
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      if (isDone) return;
      said += text;
      console.take(text, now());
      isDone = !workload.sections.some(isMissing);
      if (!isDone) return;
      resident = residentOf(child.pid ?? 0);
      child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(guard);
      if (isDone) {
        resolve({ sections: console.sections, ...(resident === undefined ? {} : { resident }) });
        return;
      }
      const ending = `${file} ended with ${signal ?? `status ${code}`}`;
      const missing = workload.sections.filter(isMissing).join(", ");
      const last = said.trimEnd().split("\n").slice(-8).join("\n");
      reject(new Error(`${workload.name}: ${ending} before '${missing}' was over\n${last}`));
    });
  });
}
