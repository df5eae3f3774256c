/** A monitor whose machine memory a test can look into, as no guest and no driver can. */
import { compiler } from "../../workers/host/compiler.ts";
import { Monitor } from "../../workers/vmm/mod.ts";

export function observedMonitor(memoryBytes: number): {
  readonly monitor: Monitor;
  readonly buffer: SharedArrayBuffer;
} {
  let buffer: SharedArrayBuffer | undefined;
  const monitor = Monitor.create({
    compiler: {
      ...compiler,
      createMemory(bytes) {
        const memory = compiler.createMemory(bytes);
        buffer = memory.buffer;
        return memory;
      },
    },
    memoryBytes,
  });
  if (!buffer) throw new Error("the monitor took no memory");
  return { monitor, buffer };
}
