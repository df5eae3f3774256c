/**
 * `npm run fuzz [-- --seed N --rounds N --qemu newer]`: random programs against QEMU without end.
 * Each seed is printed before it runs; the same seed makes the same programs, here and in the
 * differential tests (`DIFFERENTIAL_SEEDS=N-N`). `--qemu newer` compares with the QEMU of Debian 13,
 * which it fetches once, and has programs use the extensions that only that one knows.
 *
 * Ends with status 1 at the first difference, which it explains with the smallest program that shows
 * it; with 0 after the rounds asked for, or when it is interrupted.
 */
import { addedItems } from "../differential/added-items.ts";
import { compareWithQemu } from "../differential/compare.ts";
import { installedQemu } from "../differential/installed-qemu.ts";
import { machineModeRound } from "../differential/machine-mode.ts";
import { newerQemu } from "../differential/newer-qemu.ts";
import { privilegedModesRound } from "../differential/privileged-modes.ts";
import type { Qemu } from "../differential/qemu.ts";
import type { AnyProgram, Round } from "../differential/suite.ts";
import { parseOptions } from "./options.ts";

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
  const { firstSeed, rounds, isNewer } = parseOptions(words, Date.now() % 2 ** 32);
  const qemu = isNewer ? newerQemu(console.log) : installedQemu();
  if (qemu === undefined) {
    throw new Error("qemu-system-riscv64 (Debian's qemu-system-misc) is missing");
  }
  if (typeof qemu === "string") throw new Error(qemu);
  const added = isNewer ? addedItems : [];
  const suites = [
    { name: "M-mode", run: (seed: number) => compare(qemu, machineModeRound(seed, added)) },
    { name: "all modes", run: (seed: number) => compare(qemu, privilegedModesRound(seed)) },
  ];
  for (let done = 0; done < rounds; done++) {
    const seed = (firstSeed + done) % 2 ** 32;
    for (const { name, run } of suites) {
      console.log(`seed ${seed}, ${name}`);
      const difference = await run(seed);
      if (difference === undefined) continue;
      console.error(difference);
      const options = isNewer ? " --qemu newer" : "";
      console.error(`To see it again: npm run fuzz -- --seed ${seed} --rounds 1${options}`);
      return 1;
    }
  }
  return 0;
}

async function compare<P extends AnyProgram>(qemu: Qemu, { suite, programs }: Round<P>) {
  // Our own interpreters do not give way: a signal that came meanwhile is only heard here.
  await new Promise(setImmediate);
  stopped.signal.throwIfAborted();
  const comparison = compareWithQemu(qemu, suite, programs, undefined, stopped.signal);
  const { difference, instructions } = await comparison;
  if (difference === undefined) {
    console.log(`  ${instructions} instructions end as in ${qemu.name}`);
  }
  return difference;
}
