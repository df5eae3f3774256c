import process from "node:process";

/**
 * Sends a signal to a process of the service.
 *
 * @throws Error where there is none: 0 would stand for this process and all that it began
 */
export function sendSignal(
  to: { readonly pid?: number | undefined } | undefined,
  signal: NodeJS.Signals,
): void {
  if (to?.pid === undefined) throw new Error(`there is no process to be sent ${signal}`);
  process.kill(to.pid, signal);
}
