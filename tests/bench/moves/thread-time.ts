/** Milliseconds of processor time that this thread has had, or the process where the runtime knows no threads. */
export function threadTime(): number {
  // The kernel brings a thread's own figure up to date only when the process is asked.
  const whole = process.cpuUsage();
  const { user, system } = process.threadCpuUsage?.() ?? whole;
  return (user + system) / 1000;
}
