/** Where our hart and QEMU 7.2 differ on purpose; the generators keep away from these. */
interface Deviation {
  readonly name: string;
  readonly ours: string;
  readonly qemu: string;
  /** The manual's words for it. */
  readonly manual: string;
}

export const knownDeviations: readonly Deviation[] = [
  {
    name: "flags-dirty",
    ours: "An instruction that only raises a flag in fflags makes mstatus.FS dirty.",
    qemu: "FS stays initial or clean until a float register or a float CSR is written.",
    manual:
      "Privileged, 3.1.6.6: FS encodes the status of the floating-point unit state, including " +
      "the floating-point registers f0-f31 and the CSRs fcsr, frm, and fflags.",
  },
  {
    name: "zero-write",
    ours: "csrrs and csrrc of a read-only CSR are illegal whenever rs1 is not x0.",
    qemu: "They pass where the register's value is zero.",
    manual:
      "Unprivileged, Zicsr: if rs1 specifies a register other than x0, the instruction will still " +
      "attempt to write the unmodified value back to the CSR and will cause any attendant side effects.",
  },
  {
    name: "misaligned-access-fault",
    ours: "mtval is the address of the first byte that could not be accessed.",
    qemu: "mtval is the aligned address in front of a misaligned access to no memory.",
    manual:
      "Privileged, 3.1.16: mtval will contain the virtual address of the portion of the access " +
      "that caused the fault.",
  },
  {
    name: "atomic-access-fault",
    ours: "An AMO to where nothing is raises a store/AMO access fault.",
    qemu: "It raises a load access fault; with one hart (not with two) misaligned AMOs, too.",
    manual: "Unprivileged, A: AMOs never raise load exceptions (privileged, 3.1.15: store/AMO).",
  },
  {
    name: "breakpoint-value",
    ours: "ebreak sets mtval to its own address.",
    qemu: "ebreak sets mtval to zero.",
    manual:
      "Privileged, 3.1.16: mtval is set to zero or to the faulting virtual address when a " +
      "breakpoint exception occurs.",
  },
  {
    name: "reservation-and-traps",
    ours: "A trap ends the reservation; sc checks alignment and permission before it.",
    qemu: "A trap leaves it; sc to another address fails without an access.",
    manual:
      "Unprivileged, A: an sc may fail spuriously; implementations may invalidate the " +
      "reservation on a trap. A misaligned address raises an exception.",
  },
  {
    name: "wide-counter-enable",
    ours: "mcounteren and scounteren have 32 bits.",
    qemu: "They keep all 64 bits that are written.",
    manual: "Privileged, 3.1.11: the counter-enable mcounteren register is a 32-bit register.",
  },
  {
    name: "cache-block-bits",
    ours: "CBIE of menvcfg and senvcfg never becomes the reserved 2.",
    qemu: "It does.",
    manual: "Privileged, 3.1.18: CBIE is a WARL field; 10 is reserved.",
  },
  {
    name: "table-nowhere",
    ours: "A page table that lies in no memory raises an access fault.",
    qemu: "It raises a page fault.",
    manual:
      "Privileged, 4.3.2, step 2: if accessing pte violates a PMA or PMP check, raise an " +
      "access-fault exception corresponding to the original access type.",
  },
  {
    name: "odd-return-address",
    ours: "Bit 0 of mepc and sepc is zero.",
    qemu: "It can be set.",
    manual: "Privileged, 3.1.14: the low bit of mepc (mepc[0]) is always zero.",
  },
  {
    name: "hypervisor-delegation",
    ours: "Of medeleg, the bits of exceptions that the hart has can be set.",
    qemu: "Bits 10 and 20 to 23 can be set without the hypervisor extension, too.",
    manual:
      "Privileged, 3.1.8: for exceptions that cannot occur in less privileged modes, the " +
      "corresponding medeleg bits should be read-only zero.",
  },
  {
    name: "virtual-interrupts",
    ours: "Of mie and mideleg, the bits of software, timer and external interrupts can be set.",
    qemu: "Those of the hypervisor's and of counter overflow can be set without their extensions, too.",
    manual:
      "Privileged, 3.1.9: if an interrupt can never become pending, the corresponding bits in " +
      "mip and mie are read-only zero.",
  },
  {
    name: "executable-user-page",
    ours: "S-mode cannot execute a page of user mode, whatever it loaded from it before.",
    qemu: "It can after a load with SUM has cached the translation.",
    manual:
      "Privileged, 4.3.1: irrespective of SUM, the supervisor may not execute code on pages with U=1.",
  },
  {
    name: "stale-mprv",
    ours: "With MPRV, a change of MPP by a trap or mret counts at once.",
    qemu: "Translations that were cached with the former MPP stay in use.",
    manual:
      "Privileged, 3.1.6.3: when MPRV=1, load and store memory addresses are translated and " +
      "protected as though the current privilege mode were set to MPP.",
  },
  {
    name: "ctzw",
    ours: "ctzw of a register whose low word is zero gives 32.",
    qemu: "It counts on in the high word (QEMU 7.2; later versions do not).",
    manual: "Unprivileged, Zbb: if the least-significant word is 0, the output is 32.",
  },
  {
    name: "environment-enables",
    ours: "menvcfg.ADUE and PBMTE switch the update of A and D bits and the memory types; ADUE is set after reset.",
    qemu: "It has no ADUE and always updates; it takes memory types whatever PBMTE says.",
    manual:
      "Svadu: when ADUE=0, the implementation behaves as though Svade were implemented. Privileged, " +
      "3.1.18: when PBMTE=0, the implementation behaves as though Svpbmt were not implemented.",
  },
  {
    name: "reserved-entry-bits",
    ours: "Bits 60 to 54 of an entry, and memory type 3, are page faults.",
    qemu: "With Svnapot, it does not look at them.",
    manual:
      "Privileged, 4.4.1: bits 60-54 are reserved for future standard use and must be zeroed by " +
      "software; if any of these bits are set, a page-fault exception is raised.",
  },
  {
    name: "range-update",
    ours: "An entry with N of a reserved size is a page fault before its A and D bits are touched.",
    qemu: "It sets them before it looks at the size.",
    manual: "Svnapot: such an encoding is reserved and causes a page-fault exception.",
  },
  {
    name: "cut-page",
    ours: "Each access to a page that any entry of PMP cuts is checked.",
    qemu: "The page is cached whole where the entry that matched covers it, whatever stands before that one.",
    manual: "Privileged, 3.7.1.3: the lowest-numbered PMP entry that matches any byte determines.",
  },
  {
    name: "protected-crossing",
    ours: "Of a misaligned access across two pages, the bytes in each are checked by themselves.",
    qemu: "It checks aligned words around them, or physical addresses behind the first page.",
    manual: "Privileged, 3.7.1.3: the matching PMP entry must match all bytes of an access.",
  },
  {
    name: "protected-atomics",
    ours: "An AMO that PMP does not permit is a store/AMO access fault, in cut pages too.",
    qemu: "In a cut page it is carried out as a load and a store, and may raise a load access fault.",
    manual: "Privileged, 3.1.15: store/AMO access fault.",
  },
  {
    name: "protected-update",
    ours: "A walk that has to set A or D in a table that PMP does not let S-mode write is an access fault.",
    qemu: "It writes.",
    manual:
      "Privileged, 3.7: PMP checks are also applied to page-table accesses, for which the " +
      "effective privilege mode is S.",
  },
];
