/**
 * Set-up of every test file: property tests draw the same examples in each run, so that a run's
 * outcome is a function of the sources, as a graded run's is of its image. `PROPERTY_SEED=random`
 * draws others, and `PROPERTY_SEED=N` those of a seed that a failure has named.
 */
import fc from "fast-check";

const asked = process.env.PROPERTY_SEED ?? "7";
if (asked !== "random") {
  if (!/^-?\d+$/.test(asked)) throw new Error(`PROPERTY_SEED is "${asked}": a number, or random`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
}
