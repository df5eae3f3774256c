/**
 * Exits whose counts a rubric may grade: those that the guest causes, and so are the same in each run.
 * What the monitor does to save or move a machine is not among them. A test compares with the taxonomy.
 */
export const gradableExits = [
  ...(["csr", "privileged", "wfi", "hypercall", "mmio.read", "mmio.write", "doorbell"] as const),
  ...(["interrupt.timer", "interrupt.software", "interrupt.external"] as const),
  ...(["interrupt.counter", "exception", "mmu.fill", "mmu.flush", "trace.code"] as const),
  ...(["trace.pagetable", "memory.zero", "translate", "float", "guest.stage2"] as const),
  ...(["guest.virtual", "extension", "budget"] as const),
] as const;
