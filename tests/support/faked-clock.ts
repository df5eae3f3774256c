import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProcessPlan } from "../../services/cli/commands/serve-process.ts";

/** The wall clock of some processes, which can be set while they run. Their other clocks go on as ever. */
export interface FakedClock {
  /** The plan of a process that has it. */
  within(plan: ProcessPlan): ProcessPlan;
  /** @param seconds by which it is ahead of everybody's, from now on; negative: behind */
  set(seconds: number): void;
  remove(): void;
}

const source = fileURLToPath(new URL("./faked-clock.c", import.meta.url));

/**
 * A preloaded library does it. (Debian's libfaketime cannot: it hangs where jemalloc asks for the time
 * before it is ready, as in Redis.)
 *
 * @throws Error with the compiler's words
 */
export function fakedClock(): FakedClock {
  const folder = mkdtempSync(join(tmpdir(), "trapline-clock-"));
  const [file, library] = [join(folder, "seconds"), join(folder, "clock.so")];
  const { status, stderr, error } = spawnSync(
    "gcc",
    ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source],
    { encoding: "utf8" },
  );
  if (status !== 0) throw error ?? new Error(stderr);
  // Written in place: the processes have the file mapped.
  const set = (seconds: number) => {
    writeFileSync(file, new BigInt64Array([BigInt(seconds)]), { flag: "r+" });
  };
  writeFileSync(file, new BigInt64Array(1));
  return {
    set,
    within: (plan) => ({
      ...plan,
      environment: { ...plan.environment, LD_PRELOAD: library, FAKED_CLOCK: file },
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
