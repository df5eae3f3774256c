/**
 * Who may import whom. A layer is a folder (or the one file that is its door); it may import itself
 * and what stands on its right. Below workers/vmm permission is inherited: who may import `hart` may
 * import what `hart` may import. Outside it is not: each line says all.
 * Types count as much as values.
 */
const vmm = "workers/vmm";
const door = `${vmm}/mod.ts`;
/** For a thread that runs no guests. */
const keeperDoor = `${vmm}/keeper.ts`;

const monitorLayers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  isa: ["base"],
  memory: ["base"],
  bus: ["base"],
  snapshot: ["base"],
  mmu: ["isa", "memory"],
  hart: ["mmu"],
  interpreter: ["hart"],
  translator: ["hart"],
  devices: ["bus", "memory", "snapshot"],
  scheduler: ["hart"],
  machine: ["interpreter", "translator", "devices", "scheduler"],
  migration: ["machine"],
  "mod.ts": ["migration"],
  "keeper.ts": ["machine"],
};

const outerLayers: Readonly<Record<string, readonly string[]>> = {
  "package.json": [],
  shared: [],
  "workers/host": [door],
  "workers/runtime": ["workers/host", door, keeperDoor, "shared", "package.json"],
  "services/api": ["shared", "services/control", "package.json"],
  "services/control": ["shared"],
  "services/console": [door, "shared"],
  // `trapline qemu` runs a machine in its own process, `trapline serve` starts the whole service.
  "services/cli": [
    "services/api",
    "workers/runtime",
    "workers/host",
    door,
    "shared",
    "package.json",
  ],
};

/** Every layer below `layer` in the monitor, however many steps down. */
function belowInMonitor(layer: string): string[] {
  return (monitorLayers[layer] ?? []).flatMap((lower) => [lower, ...belowInMonitor(lower)]);
}

/** The whole table: a layer's path and the paths that it may import. */
export const layers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...Object.keys(monitorLayers).map(
    (layer) =>
      [`${vmm}/${layer}`, new Set(belowInMonitor(layer).map((name) => `${vmm}/${name}`))] as const,
  ),
  ...Object.entries(outerLayers).map(([layer, may]) => [layer, new Set(may)] as const),
]);

/** The layer that a file belongs to; undefined for a file outside the table. */
export function layerOf(path: string): string | undefined {
  return [...layers.keys()].find((layer) => path === layer || path.startsWith(`${layer}/`));
}

/** True for the files that must run unchanged in Deno, Node and a browser. */
export function isPure(path: string): boolean {
  return path.startsWith(`${vmm}/`);
}

/** What pure files may import from npm. */
export const purePackages: readonly string[] = ["@noble/hashes"];
