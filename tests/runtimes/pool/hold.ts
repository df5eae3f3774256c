/**
 * Has one run hold its thread with a pattern that takes longer than the universe lasts, beside another
 * one, and prints what becomes of both, and of a third that comes later, as one line of JSON.
 */
import { readFileSync } from "node:fs";
import { compiler } from "../../../workers/host/compiler.ts";
import { hostRuntime } from "../../../workers/runtime/host-runtime.ts";
import { runGuest } from "../../../workers/runtime/run-guest.ts";
import { PcpuPool } from "../../../workers/runtime/thread/pcpu-pool.ts";
import type { ConsoleStep } from "../../../workers/vmm/mod.ts";
import { elfPath } from "../../guests/guests.ts";
import { busyGuest } from "../../support/busy-guest.ts";

export interface HoldReport {
  /** How each run ended: the kind of its end, or the message of its failure. */
  readonly holder: string;
  readonly neighbour: string;
  /** `lost` where the thread does not end. */
  readonly later: string;
}

const { spawn } = await hostRuntime();
const lost = Promise.withResolvers<string>();
const pool = new PcpuPool({
  ...{ compiler, spawn, threads: 1, grace: 300 },
  onLost: () => lost.resolve("lost"),
});

async function run(kernel: Uint8Array, step: ConsoleStep, wallClock: number): Promise<string> {
  try {
    const { end } = await runGuest(pool, {
      start: {
        config: {
          ...{ ramBytes: 2 ** 26, harts: 1, time: "virtual", seed: 1, virtio: [] },
          boot: { firmware: "none", kernel },
        },
        disks: [],
        steps: [step],
        limits: { instructions: 1e12, memoryBytes: 2 ** 26, outputBytes: 2 ** 20, wallClock },
      },
      signal: new AbortController().signal,
      onMessage: () => undefined,
    });
    return end.kind;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const sort = () =>
  run(
    Uint8Array.from(readFileSync(elfPath("bench-sort"))),
    { kind: "exit-code", code: 0, within: 1e11 },
    60_000,
  );
const [holder, neighbour] = await Promise.all([
  run(busyGuest(5000), { kind: "expect", pattern: "([.!]+)+x", within: 1e11 }, 1000),
  sort(),
]);
const report: HoldReport = { holder, neighbour, later: await Promise.race([sort(), lost.promise]) };
console.log(JSON.stringify(report));
pool.abandon();
// A thread that cannot be ended would keep this process.
process.exit();
