import { fileURLToPath } from "node:url";

/** One of our own bare-metal programs and what running it looks like. */
export interface Guest {
  readonly name: string;
  /** Console input, sent at any time: the guest reads it when it is ready. */
  readonly input?: string;
  /** The machine has a virtio block device with `sectorDisk()` in slot 0. */
  readonly disk?: true;
  /** Exit status through the test finisher; undefined: the guest hangs on purpose. */
  readonly exitCode: number | undefined;
  /** How many harts it is for; 1 where it is not said. */
  readonly harts?: number;
  /** Its RAM; 64 where it is not said. */
  readonly ramMebibytes?: number;
  /** Marks a benchmark, which runs for a second rather than for milliseconds. */
  readonly bench?: true;
}

/**
 * All guests, in the order of what they need from a machine. Each is a file `src/NAME.c`, built into
 * `bin/NAME.elf`, and prints exactly `golden/NAME.out`. Start: `-bios none -kernel bin/NAME.elf`,
 * 64 MiB of RAM and one hart where nothing else is said.
 */
export const guests: readonly Guest[] = [
  { name: "hello", input: "good morning\n", exitCode: 0 },
  { name: "hello-broken", input: "good morning\n", exitCode: undefined },
  { name: "traps", exitCode: 0 },
  { name: "timer", exitCode: 0 },
  { name: "paging", exitCode: 0 },
  { name: "sv48", exitCode: 0 },
  { name: "spinlock", harts: 2, exitCode: 0 },
  { name: "ipi", harts: 2, exitCode: 0 },
  { name: "virtio-blk", disk: true, exitCode: 0 },
  { name: "bench-integer", exitCode: 0, bench: true },
  { name: "bench-memory", exitCode: 0, bench: true },
  { name: "bench-sieve", exitCode: 0, bench: true },
  { name: "bench-syscall", exitCode: 0, bench: true },
  { name: "bench-float", exitCode: 0, bench: true },
  { name: "bench-arithmetic", exitCode: 0, bench: true },
  { name: "bench-sort", exitCode: 0, bench: true },
  { name: "bench-hash", exitCode: 0, bench: true },
  { name: "bench-calls", exitCode: 0, bench: true },
  { name: "bench-indirect", exitCode: 0, bench: true },
  { name: "bench-spectral", exitCode: 0, bench: true },
  { name: "bench-chase", exitCode: 0, ramMebibytes: 128, bench: true },
  { name: "bench-faults", exitCode: 0, bench: true },
];

/** Absolute path of a guest's built program. */
export function elfPath(name: string): string {
  return fileURLToPath(new URL(`bin/${name}.elf`, import.meta.url));
}

/**
 * Static programs for Linux, each a file `linux/NAME.c` built into `bin/linux-NAME`: the benchmarks, and
 * work that never ends.
 */
export const linuxPrograms = ["bench", "load"] as const;
export type LinuxProgram = (typeof linuxPrograms)[number];

export function linuxPath(name: LinuxProgram): string {
  return fileURLToPath(new URL(`bin/linux-${name}`, import.meta.url));
}

/** Absolute path of what a guest prints, line ends as the guest sends them. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`golden/${name}.out`, import.meta.url));
}

/** The disk that `virtio-blk` reads: 16 sectors, each begins with its own number. */
export function sectorDisk(): Uint8Array {
  const disk = Buffer.alloc(16 * 512, ".");
  for (let sector = 0; sector < 16; sector++) disk.write(`sector ${sector}\n`, sector * 512);
  return disk;
}

/** What `virtio-blk` leaves on that disk: a pattern in sectors 2 and 3. */
export function sectorDiskAfterwards(): Uint8Array {
  const disk = sectorDisk();
  for (let index = 0; index < 1024; index++) disk[1024 + index] = (index * 31 + 7) & 0xff;
  return disk;
}
