/** What a row is about: its geometric mean and its goal go by it. */
export type RowKind = "cpu" | "os" | "boot" | "warm boot";

/** One row of the table: one section of one workload. */
export interface BenchRow {
  /** As the guest calls it on its console. */
  readonly name: string;
  readonly kind: RowKind;
  /** A bare-metal guest of `tests/guests`, the benchmarks under Linux, or the Linux image itself. */
  readonly from: `bench-${string}` | "linux" | "boot" | "warm-boot";
}

const bare = (name: string, from: `bench-${string}`, kind: RowKind = "cpu"): BenchRow => ({
  name,
  kind,
  from,
});
const linux = (name: string, kind: RowKind): BenchRow => ({
  name: `linux ${name}`,
  kind,
  from: "linux",
});

/** All rows, in the order of the table. */
export const benchRows: readonly BenchRow[] = [
  bare("arithmetic", "bench-arithmetic"),
  bare("integer", "bench-integer"),
  bare("sieve", "bench-sieve"),
  bare("sort", "bench-sort"),
  bare("hash", "bench-hash"),
  bare("calls", "bench-calls"),
  bare("indirect calls", "bench-indirect"),
  bare("n-body", "bench-float"),
  bare("spectral norm", "bench-spectral"),
  bare("memory walk", "bench-memory"),
  bare("memory copy", "bench-memory"),
  bare("dependent loads", "bench-chase"),
  bare("system calls", "bench-syscall", "os"),
  bare("page faults", "bench-faults", "os"),
  linux("arithmetic", "cpu"),
  linux("sieve", "cpu"),
  linux("sort", "cpu"),
  linux("hash", "cpu"),
  linux("calls", "cpu"),
  linux("indirect calls", "cpu"),
  linux("n-body", "cpu"),
  linux("spectral norm", "cpu"),
  linux("memory copy", "cpu"),
  linux("dependent loads", "cpu"),
  linux("system calls", "os"),
  linux("clock", "os"),
  linux("fork and exec", "os"),
  linux("page faults", "os"),
  linux("pipe", "os"),
  linux("file", "os"),
  { name: "boot to shell", kind: "boot", from: "boot" },
  { name: "boot to shell again", kind: "warm boot", from: "warm-boot" },
];

/** The row's name as one word of a command line. */
export function idOf(row: BenchRow): string {
  return row.name.replaceAll(" ", "-");
}
