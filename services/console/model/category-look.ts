/**
 * How a category of exits looks: a name for people, the family that it is of, and a place in the
 * family's scale from dark to light. The hues are those of Okabe and Ito (*Color Universal Design*,
 * 2008), which people with any kind of colour vision tell apart; within a family the lightness differs.
 * A unit test fails when a category of the taxonomy has no row here.
 */
export interface CategoryLook {
  /** What happens, in a few words. */
  readonly label: string;
  readonly family: Family;
  /** From 0 (as dark as the theme allows) to 1. */
  readonly shade: number;
}

/** Hue and colourfulness (OKLCH) of what belongs together. */
export const families = {
  privileged: { label: "Privileged instructions", hue: 245, chroma: 0.13 },
  devices: { label: "Devices", hue: 48, chroma: 0.16 },
  events: { label: "Interrupts and exceptions", hue: 350, chroma: 0.12 },
  translation: { label: "Address translation", hue: 165, chroma: 0.12 },
  tracing: { label: "Tracing of memory", hue: 95, chroma: 0.12 },
  memory: { label: "Memory", hue: 210, chroma: 0.1 },
  code: { label: "Code", hue: 300, chroma: 0.15 },
  schedule: { label: "Scheduling", hue: 20, chroma: 0.06 },
} as const;

export type Family = keyof typeof families;

const rows: Readonly<Record<string, readonly [Family, number, string]>> = {
  csr: ["privileged", 0.1, "control and status register"],
  privileged: ["privileged", 0.5, "return from a trap"],
  hypercall: ["privileged", 0.9, "call of the monitor (SBI)"],
  "mmio.read": ["devices", 0.1, "device register read"],
  "mmio.write": ["devices", 0.5, "device register written"],
  doorbell: ["devices", 0.9, "virtqueue notified"],
  "interrupt.timer": ["events", 0, "timer interrupt"],
  "interrupt.software": ["events", 0.25, "software interrupt"],
  "interrupt.external": ["events", 0.5, "device interrupt"],
  "interrupt.counter": ["events", 0.75, "counter overflow"],
  exception: ["events", 1, "exception of the guest's own"],
  "mmu.fill": ["translation", 0.15, "TLB miss"],
  "mmu.flush": ["translation", 0.45, "TLB flushed"],
  "guest.stage2": ["translation", 0.7, "second-stage fault"],
  "guest.virtual": ["translation", 1, "virtual-instruction trap"],
  "trace.dirty": ["tracing", 0, "first store since the dirty log"],
  "trace.access": ["tracing", 0.35, "first use of a withdrawn entry"],
  "trace.code": ["tracing", 0.7, "store to translated code"],
  "trace.pagetable": ["tracing", 1, "store to a page table"],
  "memory.cow": ["memory", 0, "shared page made private"],
  "memory.zero": ["memory", 0.25, "page gets its first frame"],
  "memory.swap": ["memory", 0.5, "page brought back"],
  "memory.balloon": ["memory", 0.75, "page returned"],
  "memory.remote": ["memory", 1, "page fetched from a worker"],
  translate: ["code", 0.1, "code decoded and translated"],
  float: ["code", 0.5, "floating point, slow path"],
  extension: ["code", 0.9, "homework extension"],
  wfi: ["schedule", 0.1, "hart waits"],
  budget: ["schedule", 0.5, "event or quantum due"],
  pause: ["schedule", 0.9, "stopped by the monitor"],
};

/** Every category that has a look. */
export const knownCategories: readonly string[] = Object.keys(rows);

/** @returns of a category that this console does not know, its name and a colour nobody else has */
export function categoryLook(category: string): CategoryLook {
  const row = rows[category];
  if (row === undefined) return { label: category, family: "schedule", shade: 1.2 };
  const [family, shade, label] = row;
  return { label, family, shade };
}
