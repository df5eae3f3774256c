import { countBuffersWithHeap } from "../host/count-buffers-with-heap.ts";
import type { SpawnPcpuThread } from "./thread/pcpu-thread.ts";
import type { SpawnTranslationThread } from "./translation/translation-thread.ts";

/** What differs between Deno and Node. */
export interface HostRuntime {
  /** Name and version, for example `deno 2.9.6`. */
  readonly name: string;
  readonly spawn: SpawnPcpuThread;
  readonly spawnTranslation: SpawnTranslationThread;
}

/** Finds out what runs this process; only the adapter for it is loaded. */
export async function hostRuntime(): Promise<HostRuntime> {
  const { Deno } = globalThis as {
    readonly Deno?: { readonly version: { readonly deno: string } };
  };
  if (Deno !== undefined) {
    const { spawnDenoThread } = await import("./thread/spawn-deno-thread.ts");
    const { spawnDenoTranslation } = await import("./translation/spawn-deno-translation.ts");
    return {
      name: `deno ${Deno.version.deno}`,
      spawn: spawnDenoThread,
      spawnTranslation: spawnDenoTranslation,
    };
  }
  countBuffersWithHeap();
  const { spawnNodeThread } = await import("./thread/spawn-node-thread.ts");
  const { spawnNodeTranslation } = await import("./translation/spawn-node-translation.ts");
  return {
    name: `node ${process.versions.node}`,
    spawn: spawnNodeThread,
    spawnTranslation: spawnNodeTranslation,
  };
}
