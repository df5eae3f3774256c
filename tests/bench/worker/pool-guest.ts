import { readFileSync } from "node:fs";
import { compiler } from "../../../workers/host/compiler.ts";
import { hostRuntime } from "../../../workers/runtime/host-runtime.ts";
import { runGuest } from "../../../workers/runtime/run-guest.ts";
import { PcpuPool } from "../../../workers/runtime/thread/pcpu-pool.ts";
import { LastingTranslation } from "../../../workers/runtime/translation/lasting-translation.ts";
import { elfPath, guests } from "../../guests/guests.ts";

/** A worker's pool of so many threads, with a thread that translates as a worker has it. */
export async function openPool(
  threads: number,
): Promise<{ readonly pool: PcpuPool; close(): Promise<void> }> {
  const { spawn, spawnTranslation } = await hostRuntime();
  const tell = (line: string) => console.error(line);
  const translation =
    threads > 1 ? new LastingTranslation(spawnTranslation, 2 ** 32, tell) : undefined;
  const pool = new PcpuPool({ compiler, spawn, threads, translation });
  return {
    pool,
    close: async () => {
      await pool.close();
      await translation?.terminate();
    },
  };
}

/**
 * Runs one of our own bare-metal guests on the pool until it powers off.
 *
 * @param onProgress hears of the instructions so far
 */
export async function runOnPool(
  pool: PcpuPool,
  name: string,
  signal: AbortSignal,
  onProgress: (instructions: number) => void = () => undefined,
): Promise<void> {
  const ramBytes = (guests.find((guest) => guest.name === name)?.ramMebibytes ?? 64) * 2 ** 20;
  const { end, instructions } = await runGuest(pool, {
    start: {
      config: {
        ...{ ramBytes, harts: 1, time: "virtual", seed: 1, virtio: [] },
        boot: { firmware: "none", kernel: Uint8Array.from(readFileSync(elfPath(name))) },
      },
      disks: [],
      steps: [{ kind: "exit-code", code: 0, within: 1e12 }],
      limits: { instructions: 1e12, memoryBytes: ramBytes, outputBytes: 2 ** 20, wallClock: 1e9 },
    },
    signal,
    onMessage: (message) => {
      if (message.type === "progress") onProgress(message.instructions);
    },
  });
  if (end.kind !== "completed") throw new Error(`${name} ended with ${JSON.stringify(end)}`);
  onProgress(instructions);
}
