/**
 * Where workers are in Redis.
 *
 *   names     set     of all workers that are there, and of some that are not any more
 *   status    string  JSON (`worker-status.ts`), written twice a second; gone a few seconds after its
 *                     worker is
 *   drains    list    names of workers that want to end, and ask for places for their runs
 *   commands  list    JSON (`worker-command.ts`), taken from the left by the worker
 */
export const workerKeys = {
  names: "trapline:workers",
  drains: "trapline:drains",
  status: (worker: string) => `trapline:worker:${worker}`,
  commands: (worker: string) => `trapline:worker:${worker}:commands`,
} as const;

/** How long what is known of a worker is believed. */
export const workerStatusMilliseconds = 5000;
