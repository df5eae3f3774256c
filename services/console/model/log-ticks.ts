/** Powers of ten from the one below `from` to the one above `to`; both are positive. */
export function logTicks(from: number, to: number): readonly number[] {
  const first = Math.floor(Math.log10(from) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(to) - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
