export interface HistogramBar {
  /** Nanoseconds: longer than `from`, at most `to`. */
  readonly from: number;
  readonly to: number;
  /** Estimated number of exits. */
  readonly count: number;
}

/**
 * The buckets of a report as bars for a logarithmic axis, which has no zero: what is below the first
 * bound reaches down to a half of it. Each bucket begins where the one before ends.
 *
 * @param buckets upper bound in nanoseconds and count, ascending
 */
export function histogramBars(
  buckets: readonly (readonly [upper: number, count: number])[],
): readonly HistogramBar[] {
  return buckets.flatMap(([upper, count], index) => {
    const to = Math.max(1, upper);
    const from = buckets[index - 1]?.[0] || to / 2;
    return count > 0 && to > from ? [{ from, to, count }] : [];
  });
}
