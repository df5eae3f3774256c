/**
 * The closed taxonomy of VM exits: every transition out of guest code into the monitor has one of
 * these names, in code, traces, metrics and the console alike. The index is the position of the
 * category's counter in a hart's state. Papers and manuals per category: `docs/exits.md`.
 */
export const exitCategories = [
  "csr",
  "privileged",
  "wfi",
  "hypercall",
  "mmio.read",
  "mmio.write",
  "doorbell",
  "interrupt.timer",
  "interrupt.software",
  "interrupt.external",
  "interrupt.counter",
  "exception",
  "mmu.fill",
  "mmu.flush",
  "trace.dirty",
  "trace.access",
  "trace.code",
  "trace.pagetable",
  "memory.cow",
  "memory.zero",
  "memory.swap",
  "memory.balloon",
  "memory.remote",
  "translate",
  "float",
  "guest.stage2",
  "guest.virtual",
  "extension",
  "budget",
  "pause",
] as const;

export type ExitCategory = (typeof exitCategories)[number];

/**
 * Exits that a guest does not cause itself, but a monitor that saves, clones or moves it: their
 * counts differ from those of a run that was left alone, and no other count does.
 */
export const monitorExits: readonly ExitCategory[] = [
  ...(["trace.dirty", "trace.access", "memory.cow", "memory.swap"] as const),
  ...(["memory.balloon", "memory.remote", "pause"] as const),
];

/** What the guest itself has caused: a function of the run alone, however it was saved or moved. */
export function guestExits(counts: Readonly<Record<string, number>>): Record<string, number> {
  const isGuests = (name: string) => !(monitorExits as readonly string[]).includes(name);
  return Object.fromEntries(Object.entries(counts).filter(([name]) => isGuests(name)));
}
