import type { SpawnPcpuThread } from "./thread/pcpu-thread.ts";

/** What differs between Deno and Node. */
export interface HostRuntime {
  /** Name and version, for example `deno 2.9.6`. */
  readonly name: string;
  readonly spawn: SpawnPcpuThread;
}

/** Finds out what runs this process; only the adapter for it is loaded. */
export async function hostRuntime(): Promise<HostRuntime> {
  const { Deno } = globalThis as {
    readonly Deno?: { readonly version: { readonly deno: string } };
  };
  if (Deno !== undefined) {
    const { spawnDenoThread } = await import("./thread/spawn-deno-thread.ts");
    return { name: `deno ${Deno.version.deno}`, spawn: spawnDenoThread };
  }
  const { spawnNodeThread } = await import("./thread/spawn-node-thread.ts");
  return { name: `node ${process.versions.node}`, spawn: spawnNodeThread };
}
