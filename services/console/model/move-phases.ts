import type { MoveReport } from "../../../shared/schema/move-report.ts";

/** A stretch of a move, in milliseconds since it was ordered. */
export interface MovePhase {
  readonly kind: "ready" | "round" | "stopped" | "later";
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/**
 * A live move from its order to its end, as far as its figures tell: rounds of pre-copy while the guest
 * runs, the time for which it stands still, and what the figures leave over, which is making ready before
 * a pre-copy, and the pages that follow after a post-copy.
 */
export function movePhases({ figures, way }: MoveReport): readonly MovePhase[] {
  if (figures === undefined) return [];
  const passes = figures.passes ?? [];
  const stopped = figures.downtime ?? 0;
  const copied = passes.reduce((sum, { duration }) => sum + duration, 0);
  const rest = Math.max(0, figures.total - copied - stopped);
  const followsAfter = way === "postcopy" || way === "hybrid";
  const spans: (Pick<MovePhase, "kind" | "label"> & { length: number })[] = [
    { kind: "ready", label: "making ready", length: followsAfter ? 0 : rest },
    ...passes.map(({ duration }, index) => ({
      kind: "round" as const,
      label: `round ${index + 1}`,
      length: duration,
    })),
    { kind: "stopped", label: "guest stands still", length: stopped },
    { kind: "later", label: "pages that follow", length: followsAfter ? rest : 0 },
  ];
  let at = 0;
  return spans.flatMap(({ length, ...span }) => {
    const from = at;
    at += length;
    return length > 0 ? [{ ...span, from, to: at }] : [];
  });
}
