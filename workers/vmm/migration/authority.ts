/**
 * Who says which worker a run belongs to: one place that all workers see and that changes a run's
 * record in one step, such as the database that leases are in. Whatever is written about a run carries
 * the epoch of whoever writes, and is refused where another one is current.
 */
export interface Ownership {
  /** Grows with each change of hands. */
  readonly epoch: number;
  readonly owner: string;
}

export interface Authority {
  /**
   * If the run's record has this epoch it becomes `owner`'s, with the next one. Asking again after an
   * answer that never came does no harm: the record says whether the first time was heard.
   *
   * @param owner a name that nobody else uses, nor the same worker for another migration
   * @returns the record as it is now
   * @throws whatever keeps the authority from answering; it is asked again
   */
  compareAndSet(run: string, epoch: number, owner: string): Promise<Ownership>;
}
