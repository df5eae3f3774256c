/**
 * Milliseconds of processor time that this thread has had. Deno says it in steps of ten milliseconds:
 * there it is the host's clock, which other processes lengthen.
 */
export function threadTime(): number {
  if (process.versions.deno !== undefined) return performance.now();
  // The kernel brings a thread's own figure up to date only when the process is asked.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
