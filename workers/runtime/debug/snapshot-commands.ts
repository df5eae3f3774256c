/** Saved states of the machine of a run, as monitors ask for them. Answers are texts, or nothing. */
export interface SnapshotCommands {
  /** Saves the machine as it is, in place of what has the name already. */
  save(name: string): string;
  /** Has the run go on from a saved state, as soon as its driver looks. */
  load(name: string): string;
  remove(name: string): string;
  list(): string;
}

const nowhere = "Error: this run has no place for snapshots; start it with -checkpoint DIR\n";

/** Of a run that was told no place for them. */
export const noSnapshots: SnapshotCommands = {
  save: () => nowhere,
  load: () => nowhere,
  remove: () => nowhere,
  list: () => "There is no snapshot available.\n",
};
