import { readFileSync } from "node:fs";

/** What proc_pid_stat(5) counts in: `sysconf(_SC_CLK_TCK)` is 100 on every Linux that runs Node. */
const millisecondsPerTick = 10;

/**
 * Milliseconds that a process has spent on processors, in steps of ten: all its threads, ended ones
 * too, in its own code and in the kernel.
 *
 * @throws Error where the system has no `/proc` or the process is gone
 */
export function processorMilliseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in parentheses, which may hold anything.
  const [user = 0, kernel = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return (user + kernel) * millisecondsPerTick;
}
