/**
 * The seeds that the tests run. To hunt with others:
 *
 *     DIFFERENTIAL_SEEDS=1000-1020 npx vitest run --project system tests/differential
 */
const [first = 1, last = first + 2] = (process.env.DIFFERENTIAL_SEEDS ?? "1-3")
  .split("-")
  .map(Number);

export const seeds: readonly number[] = Array.from(
  { length: last - first + 1 },
  (_, i) => first + i,
);
