/** How long Redis and the blob store keep what they know of a submission. */
export const runRetention = {
  /** Seconds after the end of a run. */
  recordSeconds: 30 * 24 * 3600,
  eventsSeconds: 24 * 3600,
  /** Seconds after it is handed in that a submission's files stay in the blob store. */
  blobsSeconds: 90 * 24 * 3600,
  /** Entries of the event stream, about; older ones are dropped. */
  events: 8192,
} as const;
