/**
 * Runs guests on a worker's pool of threads and prints what became of them as one line of JSON, for a
 * test under each runtime: each guest alone, all of them at once on two threads for which another one
 * translates, and all once more while one of the threads is ended in the middle.
 */
import { readFileSync } from "node:fs";
import { compiler } from "../../../workers/host/compiler.ts";
import { hostRuntime } from "../../../workers/runtime/host-runtime.ts";
import { runGuest } from "../../../workers/runtime/run-guest.ts";
import { PcpuPool } from "../../../workers/runtime/thread/pcpu-pool.ts";
import type { PcpuThreadEvents } from "../../../workers/runtime/thread/pcpu-thread.ts";
import { LastingTranslation } from "../../../workers/runtime/translation/lasting-translation.ts";
import type { ServedPort } from "../../../workers/runtime/translation/translation-port.ts";
import type { TranslationThread } from "../../../workers/runtime/translation/translation-thread.ts";
import { elfPath, guests } from "../../guests/guests.ts";

/** What a run comes to: the same wherever and beside whom it ran. */
export interface PoolRun {
  readonly guest: string;
  readonly end: string;
  readonly hash: string | undefined;
  readonly exits: Readonly<Record<string, number>>;
}

export interface PoolReport {
  readonly alone: readonly PoolRun[];
  readonly together: readonly PoolRun[];
  /** While the thread that translates for them dies, and what was said of that. */
  readonly afterDeath: readonly PoolRun[];
  readonly deaths: readonly string[];
  /** Of the translations that all threads have been given then. */
  readonly keptBytes: number;
  /** Each time that a run failed because its thread was ended. */
  readonly failed: number;
  readonly failures: readonly string[];
  readonly again: readonly PoolRun[];
  /** Of machine memory, when all is over; and threads that were made. */
  readonly inUse: unknown;
  readonly threads: number;
}

const names = ["timer", "spinlock", "bench-sort", "traps", "bench-syscall", "paging"];
const wallClock = 120_000;

/** Translations that the last run has left which was to leave some. */
let kept: Uint8Array | undefined;

async function run(pool: PcpuPool, name: string, keepsCode = false): Promise<PoolRun> {
  const guest = guests.find((each) => each.name === name);
  const report = await runGuest(pool, {
    start: {
      config: {
        ramBytes: 64 * 2 ** 20,
        harts: guest?.harts ?? 1,
        ...{ time: "virtual", seed: 1, virtio: [] },
        boot: { firmware: "none", kernel: Uint8Array.from(readFileSync(elfPath(name))) },
      },
      ...{ disks: [], keepsCode },
      steps: [{ kind: "exit-code", code: 0, within: 1e11 }],
      limits: { instructions: 1e11, memoryBytes: 2 ** 26, outputBytes: 2 ** 20, wallClock },
    },
    signal: new AbortController().signal,
    onMessage: () => undefined,
    onCode: (code) => {
      kept = code;
    },
  });
  return { guest: name, end: report.end.kind, hash: report.stateHash, exits: report.exits };
}

const { spawn, spawnTranslation } = await hostRuntime();
const deaths: string[] = [];
let translating: TranslationThread | undefined;
const translation = new LastingTranslation(
  (bytes, onDeath) => {
    translating = spawnTranslation(bytes, onDeath);
    return translating;
  },
  2 ** 32,
  (line) => deaths.push(line),
);
const threads: PcpuThreadEvents[] = [];
const options = {
  compiler,
  spawn: (events: PcpuThreadEvents) => {
    threads.push(events);
    return spawn(events);
  },
};

const single = new PcpuPool({ ...options, threads: 1 });
const alone: PoolRun[] = [];
for (const name of names) alone.push(await run(single, name, name === "bench-sort"));
await single.close();
threads.length = 0;

const pool = new PcpuPool({ ...options, threads: 2, translation });
const all = [...names, ...names];
const together = await Promise.all(all.map((name) => run(pool, name)));

// An error that the thread does not catch, while it is asked: of a thing that is no port it wants what
// ports have.
const bereft = names.map((name) => run(pool, name));
translating?.connect(99, new ArrayBuffer(8) as unknown as ServedPort);
translating?.forget(99);
const afterDeath = await Promise.all(bereft);
while (deaths.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));

// The thread that has taken its place is given what an earlier run has left.
if (kept) translation.useKeptCode(kept.slice());

const failures: string[] = [];
const again = all.map((name) =>
  run(pool, name).catch((error: Error) => {
    failures.push(error.message);
    // As the queue does.
    return run(pool, name);
  }),
);
await new Promise((resolve) => setTimeout(resolve, 150));
threads[0]?.onDeath("ended by the test");
await Promise.allSettled(again);
// Two at once: the thread that is gone has to be replaced.
await Promise.all([run(pool, "timer"), run(pool, "timer")]);
const report: PoolReport = {
  ...{ alone, together, afterDeath, deaths, failures, keptBytes: kept?.length ?? 0 },
  again: await Promise.all(again),
  failed: failures.length,
  inUse: pool.memoryInUse,
  threads: threads.length,
};
console.log(JSON.stringify(report));
await pool.close();
await translation.terminate();
