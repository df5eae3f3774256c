/**
 * Milliseconds of processor time that this thread has had. Deno does not say: there it is the host's
 * clock, which other processes lengthen.
 */
export function threadTime(): number {
  // The kernel brings a thread's own figure up to date only when the process is asked.
  process.cpuUsage();
  const used = process.threadCpuUsage?.();
  return used ? (used.user + used.system) / 1000 : performance.now();
}
