/**
 * The parts of a run's time that are no exits, in the order in which they are shown. The monitor's
 * part is not among them: its categories stand in its place.
 */
export const timeParts = ["guest", "driver", "waiting", "paused", "idle"] as const;

export type TimePart = (typeof timeParts)[number];

/** As `trapline exits` calls them. */
export const timePartLabels: Readonly<Record<TimePart, string>> = {
  guest: "guest's own code",
  driver: "console and files",
  waiting: "waiting for a pCPU",
  paused: "paused",
  idle: "idle",
};

export function isTimePart(name: string): name is TimePart {
  return (timeParts as readonly string[]).includes(name);
}
