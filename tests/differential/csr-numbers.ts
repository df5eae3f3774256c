/** The CSRs that the tests' images use, by number (privileged manual, 2.2). */
export const csr = {
  ...{ fflags: 0x001, frm: 0x002, fcsr: 0x003 },
  ...{ sstatus: 0x100, sie: 0x104, stvec: 0x105, scounteren: 0x106, senvcfg: 0x10a },
  ...{ sscratch: 0x140, sepc: 0x141, scause: 0x142, stval: 0x143, sip: 0x144, satp: 0x180 },
  ...{ mstatus: 0x300, misa: 0x301, medeleg: 0x302, mideleg: 0x303, mie: 0x304, mtvec: 0x305 },
  ...{ mcounteren: 0x306, menvcfg: 0x30a, mscratch: 0x340, mepc: 0x341, mcause: 0x342 },
  ...{ mtval: 0x343, mip: 0x344, mhartid: 0xf14 },
  ...{ pmpcfg0: 0x3a0, pmpcfg2: 0x3a2, pmpaddr0: 0x3b0 },
  ...{ cycle: 0xc00, time: 0xc01, instret: 0xc02 },
} as const;
