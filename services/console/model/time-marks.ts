import type { RunExits } from "../../../shared/schema/run-exits.ts";
import type { Interval } from "./history.ts";

export interface TimeMark {
  /** Seconds of the run's own time. */
  readonly at: number;
  readonly kind: "step" | "move";
  readonly label: string;
}

/** Where steps were decided and the run went to another worker, as far as the intervals tell when that was. */
export function timeMarks(
  { steps, moves }: Pick<RunExits, "steps" | "moves">,
  intervals: readonly Interval[],
): readonly TimeMark[] {
  const place = (instruction: number | undefined): number | undefined => {
    if (instruction === undefined) return;
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
    ...moves
      .filter(({ outcome }) => outcome === "moved")
      .map(({ to, atInstruction }) => ({
        at: place(atInstruction),
        kind: "move" as const,
        label: `to ${to}`,
      })),
  ];
  return marked.flatMap(({ at, ...mark }) => (at === undefined ? [] : [{ at, ...mark }]));
}
