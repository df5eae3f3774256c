/** How long Redis keeps what it knows of a submission. */
export const runRetention = {
  /** Seconds after the end of a run. */
  recordSeconds: 30 * 24 * 3600,
  eventsSeconds: 24 * 3600,
  /** Entries of the event stream, about; older ones are dropped. */
  events: 8192,
} as const;
