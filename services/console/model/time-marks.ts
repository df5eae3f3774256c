import type { RunExits } from "../../../shared/schema/run-exits.ts";
import type { Interval } from "./history.ts";

export interface TimeMark {
  /** Seconds of the run's own time. */
  readonly at: number;
  readonly kind: "step" | "move";
  readonly label: string;
}

/** Where steps were decided and where another worker took over, as far as the intervals tell when that was. */
export function timeMarks(
  { steps, stays }: Pick<RunExits, "steps" | "stays">,
  intervals: readonly Interval[],
): readonly TimeMark[] {
  const place = (instruction: number): number | undefined => {
    const interval = intervals.find(
      ({ fromInstruction, toInstruction }) =>
        fromInstruction < instruction && instruction <= toInstruction,
    );
    if (interval === undefined) return;
    const { from, to, fromInstruction, toInstruction } = interval;
    const share = (instruction - fromInstruction) / (toInstruction - fromInstruction);
    return (from + (to - from) * share) / 1e9;
  };
  const marked = [
    ...steps.map(({ name, atInstruction }, index) => ({
      at: place(atInstruction),
      kind: "step" as const,
      label: name || `step ${index + 1}`,
    })),
    ...stays.slice(1).map(({ worker, from }) => ({
      at: place(from),
      kind: "move" as const,
      label: `to ${worker}`,
    })),
  ];
  return marked.flatMap(({ at, ...mark }) => (at === undefined ? [] : [{ at, ...mark }]));
}
