/** Arithmetic of repeated measurements: everything that the table says of more than one run. */

/**
 * The middle of the values, or the mean of the two in the middle.
 *
 * @throws RangeError for no values
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("a median of no values");
  return (lower + upper) / 2;
}

/**
 * How many times faster `ours` is than `theirs`, both in the same unit of time: the median over the
 * pairs, because the two halves of a pair ran one after the other and share what else the machine
 * was doing. So it is not exactly the ratio of the medians.
 *
 * @throws RangeError for no pairs
 */
export function speedRatio(ours: readonly number[], theirs: readonly number[]): number {
  const pairs = Math.min(ours.length, theirs.length);
  return median(
    Array.from({ length: pairs }, (_, i) => (theirs[i] as number) / (ours[i] as number)),
  );
}

/** Half of the distance between the largest and the smallest value, as a part of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/**
 * The mean of ratios: what doubles one and halves another changes nothing.
 *
 * @throws RangeError for no values, or values that are not positive
 */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0 || values.some((value) => !(value > 0))) {
    throw new RangeError("a geometric mean is of positive values");
  }
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
