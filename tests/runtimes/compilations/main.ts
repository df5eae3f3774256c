/**
 * Runs the same guests on several threads of a worker's pool at once, for which another one
 * translates, and then once more. What is compiled meanwhile says `engines/report-modules.mjs`. Prints
 * what the runs have come to.
 */
import { readFileSync } from "node:fs";
import { compiler } from "../../../workers/host/compiler.ts";
import { hostRuntime } from "../../../workers/runtime/host-runtime.ts";
import { runGuest } from "../../../workers/runtime/run-guest.ts";
import { PcpuPool } from "../../../workers/runtime/thread/pcpu-pool.ts";
import { LastingTranslation } from "../../../workers/runtime/translation/lasting-translation.ts";
import { elfPath } from "../../guests/guests.ts";

const names = ["bench-faults", "bench-float", "bench-faults", "bench-float"];
const threads = 3;

const { spawn, spawnTranslation } = await hostRuntime();
const translation = new LastingTranslation(spawnTranslation, 2 ** 32, (line) => {
  throw new Error(line);
});
const pool = new PcpuPool({ compiler, spawn, threads, translation });

async function run(name: string): Promise<string> {
  const report = await runGuest(pool, {
    start: {
      config: {
        ...{ ramBytes: 2 ** 26, harts: 1, time: "virtual", seed: 1, virtio: [] },
        boot: { firmware: "none", kernel: Uint8Array.from(readFileSync(elfPath(name))) },
      },
      disks: [],
      steps: [{ kind: "exit-code", code: 0, within: 1e11 }],
      limits: {
        instructions: 1e11,
        memoryBytes: 2 ** 26,
        outputBytes: 2 ** 20,
        wallClock: 120_000,
      },
    },
    signal: new AbortController().signal,
    onMessage: () => undefined,
  });
  return `${name} ${report.end.kind} ${report.stateHash}`;
}

const first = await Promise.all(names.map(run));
const again = await Promise.all(names.map(run));
console.log(JSON.stringify({ first, again, loads: pool.loads.length }));
await pool.close();
await translation.terminate();
