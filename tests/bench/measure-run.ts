import { spawn } from "node:child_process";
import { ConsoleSections } from "./console-sections.ts";
import { commandOf, type Subject } from "./subjects.ts";
import type { WorkerReport } from "./worker-report.ts";
import type { Workload } from "./workloads.ts";

/** One run of a workload by one subject. */
export interface Run {
  /** Seconds of each section. */
  readonly seconds: ReadonlyMap<string, number>;
  /** What our own worker adds; QEMU has no such report. */
  readonly report?: WorkerReport;
}

const longestRun = 300_000;

/**
 * Runs a workload in a fresh process and times its sections by when their marks come out of its
 * standard output, which is the same yardstick for everybody. The process is ended when the last
 * section is there, unless it ends by itself.
 *
 * @throws Error when the process ends, or five minutes pass, before all sections were seen
 */
export function measureRun(subject: Subject, workload: Workload): Promise<Run> {
  const { file, words } = commandOf(subject, workload);
  const isOurs = subject === "node" || subject === "deno";
  const console = new ConsoleSections(workload.prompt);
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, words, { stdio: ["ignore", "pipe", "pipe"] });
    const guard = setTimeout(() => child.kill("SIGKILL"), longestRun);
    let errors = "";
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      console.take(text, performance.now() - started);
      const isDone = console.sections.length === workload.sections.length;
      if (isDone && !isOurs) child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(guard);
      const seen = console.sections.map(({ name }) => name);
      if (seen.join() !== workload.sections.join()) {
        const ending = `${file} ended with ${signal ?? `status ${code}`}`;
        const missing = workload.sections.filter((name) => !seen.includes(name)).join(", ");
        reject(new Error(`${workload.name}: ${ending} before '${missing}' was over\n${errors}`));
        return;
      }
      const entries = console.sections.map(
        ({ name, begin, end }) => [name, (end - begin) / 1000] as const,
      );
      const report = isOurs ? { report: JSON.parse(errors) as WorkerReport } : {};
      resolve({ seconds: new Map(entries), ...report });
    });
  });
}
