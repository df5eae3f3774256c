/**
 * `npm run fuzz [-- --seed N --rounds N]`: random programs against QEMU without end. Each seed is
 * printed before it runs; the same seed makes the same programs, here and in the differential tests
 * (`DIFFERENTIAL_SEEDS=N-N`).
 *
 * Ends with status 1 at the first difference, which it explains with the smallest program that shows
 * it; with 0 after the rounds asked for, or when it is interrupted.
 */
import { compareWithQemu } from "../differential/compare.ts";
import { machineModeRound } from "../differential/machine-mode.ts";
import { privilegedModesRound } from "../differential/privileged-modes.ts";
import { hasQemu } from "../differential/run-in-qemu.ts";
import type { AnyProgram, Round } from "../differential/suite.ts";
import { parseOptions } from "./options.ts";

const suites = [
  { name: "M-mode", differenceOf: (seed: number) => compare(machineModeRound(seed)) },
  { name: "all modes", differenceOf: (seed: number) => compare(privilegedModesRound(seed)) },
];

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.abort());

try {
  process.exitCode = await fuzz(process.argv.slice(2));
} catch (error) {
  if (!stopped.signal.aborted) {
    console.error(`fuzz: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 2;
  } else {
    console.log("interrupted");
  }
}

/** @returns the exit status */
async function fuzz(words: readonly string[]): Promise<number> {
  const { firstSeed, rounds } = parseOptions(words, Date.now() % 2 ** 32);
  if (!hasQemu()) throw new Error("qemu-system-riscv64 (Debian's qemu-system-misc) is missing");
  for (let done = 0; done < rounds; done++) {
    const seed = (firstSeed + done) % 2 ** 32;
    for (const { name, differenceOf } of suites) {
      console.log(`seed ${seed}, ${name}`);
      const difference = await differenceOf(seed);
      if (difference === undefined) continue;
      console.error(difference);
      console.error(`To see it again: npm run fuzz -- --seed ${seed} --rounds 1`);
      return 1;
    }
  }
  return 0;
}

async function compare<P extends AnyProgram>({ suite, programs }: Round<P>) {
  // Our own interpreters do not give way: a signal that came meanwhile is only heard here.
  await new Promise(setImmediate);
  stopped.signal.throwIfAborted();
  const { difference, instructions } = await compareWithQemu(suite, programs, stopped.signal);
  if (difference === undefined) console.log(`  ${instructions} instructions end as in QEMU`);
  return difference;
}
